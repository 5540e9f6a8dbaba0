import type { EntityDefinition, Subschemas } from './definition.ts'
import type { Entity } from './entity.ts'
import { type Constraint, type Fields, integer } from './field.ts'
import { parseFormTree, type Tree } from './form-tree.ts'
import type { Json, JsonObject } from './json.ts'
import { fieldsOf } from './shorthands.ts'
import { specialize } from './specialize.ts'

/**
 * The input that a form stands for. Its texts become what the schema wants where they can: numbers, `true` and `false`,
 * null for an empty text, a list of one for a list's only member; what cannot be converted stays a text, for validation
 * to refuse.
 *
 * @param pairs names as in `config.minute`, `tags[]`, `hosts[1]`, `service.id`; repeated names form a list
 * @param current the entity that is patched, where the subschema depends on what is stored
 */
export function decodeForm(
  definition: EntityDefinition,
  pairs: Iterable<readonly [name: string, value: string]>,
  subschemas: Subschemas,
  current?: Entity,
): JsonObject {
  const tree = parseFormTree(pairs)
  const { by } = definition.specialized ?? {}
  const key = by === undefined ? undefined : tree.get(by)
  const known = by === undefined ? {} : { [by]: key === undefined ? (current?.[by] ?? null) : plain(key) }
  const special = specialize(definition, known, subschemas)
  const fields = 'errors' in special ? definition.fields : special.fields
  return coerceMembers({ ...fields, ...(definition.ttl && { ttl: integer() }) }, tree)
}

function coerceMembers(fields: Fields, tree: ReadonlyMap<string, Tree>): JsonObject {
  const members = [...tree].map(([name, value]) => [
    name,
    coerce(Object.hasOwn(fields, name) ? fields[name] : undefined, value),
  ])
  return Object.fromEntries(members)
}

function coerce(field: Constraint | undefined, tree: Tree): Json {
  if (tree === '') return null
  if (field === undefined) return plain(tree)
  switch (field.type) {
    case 'set':
    case 'array':
      return members(tree).map((member) => coerce(field.elements, member))
    case 'map':
      return tree instanceof Map
        ? Object.fromEntries([...tree].map(([key, value]) => [key, coerce(field.values, value)]))
        : plain(tree)
    case 'record':
      return tree instanceof Map
        ? coerceMembers({ ...field.fields, ...fieldsOf(field.shorthand_fields ?? {}) }, tree)
        : plain(tree)
    case 'integer':
    case 'number':
      return toNumber(tree)
    case 'boolean':
      return tree === 'true' ? true : tree === 'false' ? false : plain(tree)
    default:
      return plain(tree)
  }
}

function members(tree: Tree): readonly Tree[] {
  return isList(tree) ? tree : [tree]
}

function toNumber(tree: Tree): Json {
  const number = typeof tree === 'string' && tree.trim() !== '' ? Number(tree) : Number.NaN
  return Number.isFinite(number) ? number : plain(tree)
}

function plain(tree: Tree): Json {
  if (typeof tree === 'string') return tree
  if (isList(tree)) return tree.map(plain)
  return Object.fromEntries([...tree].map(([name, value]) => [name, plain(value)]))
}

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree)
}
