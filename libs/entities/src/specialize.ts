import type { EntityDefinition, Subschemas } from './definition.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from './json.ts'
import type { Subschema } from './plugin-schema.ts'
import { valueProblem } from './value-problem.ts'

/** All fields of an entity and its further checks, as its choosing field makes them, or why nothing is chosen. */
export function specialize(
  { fields, specialized }: EntityDefinition,
  input: JsonObject,
  subschemas: Subschemas,
): Subschema | { readonly errors: FieldErrors } {
  if (specialized === null) return { fields, checks: [] }
  const { by } = specialized
  const field = fields[by]
  if (field === undefined) throw new TypeError(`no field '${by}' to choose the subschema by`)
  const key = (Object.hasOwn(input, by) ? input[by] : field.default) ?? null
  // An empty list is not told its length: it chooses nothing, which Lua calls nil.
  const problem = Array.isArray(key) && key.length === 0 ? undefined : valueProblem(field, key)
  if (problem !== undefined) return { errors: { [by]: problem } }
  const name = String(Array.isArray(key) ? (key[0] ?? 'nil') : key)
  const subschema = specialized.subschema(name, subschemas)
  if (subschema === undefined) return { errors: { [by]: specialized.unknown(name) } }
  return { fields: { ...fields, ...subschema.fields }, checks: subschema.checks }
}
