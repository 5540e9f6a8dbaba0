import type { EntityDefinition, Subschemas } from './definition.ts'
import type { Entity } from './entity.ts'
import type { Field, Fields } from './field.ts'
import type { FieldErrors } from './field-errors.ts'
import { fillRecord, fillValue } from './fill.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import type { Subschema } from './plugin-schema.ts'
import { recordErrors } from './record-errors.ts'
import { expiryOf, readTtl } from './ttl.ts'
import { valueProblem } from './value-problem.ts'

/** What a write needs from outside: validation itself has no clock and no chance. */
export interface WriteContext {
  readonly subschemas: Subschemas
  /** Seconds since the epoch. */
  readonly now: number
  readonly uuid: () => string
  /** A new secret: 32 letters and digits. */
  readonly randomKey: () => string
  /** The entity that an update (PATCH) changes; its id and expiry stay. Absent for a create or a full replacement. */
  readonly current?: Entity
}

/** A complete entity ready to be stored, or why there is none: Kong's codes 2 (`errors`) and 11 (`options`). */
export type Validation =
  | { readonly entity: Entity }
  | { readonly errors: FieldErrors }
  | { readonly options: FieldErrors }

/**
 * Judges what a client wants stored. For an update, `input` is the whole entity after `mergePatch`. Shorthands are
 * expanded, defaults and generated fields filled in, `updated_at` set to now. References must be `{ id }` by now (see
 * `namedReferences`); whether they exist, and uniqueness, are not judged here. Never throws, whatever the JSON.
 */
export function validate(definition: EntityDefinition, input: Json, context: WriteContext): Validation {
  if (!isJsonObject(input)) return { errors: { '@entity': ['expected a record'] } }
  const { ttl, rest } = readTtl(definition, input)
  if (ttl.kind === 'invalid') return { options: { ttl: ttl.message } }
  const expanded = expandShorthands(definition, rest)
  if ('errors' in expanded) return expanded
  const special = specialize(definition, expanded.input, context.subschemas)
  if ('errors' in special) return special

  const generated = withGenerated(definition.fields, expanded.input, context)
  const entity = fillRecord(special.fields, generated)
  const checks = [...definition.checks, ...special.checks]
  const errors = recordErrors(special.fields, checks, entity, context.current !== undefined)
  if (errors !== undefined) return { errors }
  const id = entity[definition.idField]
  if (typeof id !== 'string')
    throw new TypeError(`${definition.kind}.${definition.idField} is not a string field`)
  return { entity: { ...entity, ...expiryOf(definition, ttl, context), id } }
}

/** The fields and further checks of an entity as its own choosing field makes them. */
export function specialize(
  { fields, specialized }: EntityDefinition,
  input: JsonObject,
  subschemas: Subschemas,
): Subschema | { readonly errors: FieldErrors } {
  if (specialized === null) return { fields, checks: [] }
  const { by } = specialized
  const field = fields[by]
  if (field === undefined) throw new TypeError(`no field '${by}' to choose the subschema by`)
  const key = fillValue(field, Object.hasOwn(input, by) ? input[by] : undefined)
  // An empty list is not told its length: it chooses nothing, which Lua calls nil.
  const problem = Array.isArray(key) && key.length === 0 ? undefined : valueProblem(field, key)
  if (problem !== undefined) return { errors: { [by]: problem } }
  const name = String(Array.isArray(key) ? (key[0] ?? 'nil') : key)
  const subschema = specialized.subschema(name, subschemas)
  if (subschema === undefined) return { errors: { [by]: specialized.unknown(name) } }
  return { fields: { ...fields, ...subschema.fields }, checks: subschema.checks }
}

function expandShorthands(
  { shorthands }: EntityDefinition,
  input: JsonObject,
): { readonly input: JsonObject } | { readonly errors: FieldErrors } {
  let expanded = input
  for (const [name, { field, expand }] of Object.entries(shorthands)) {
    if (!Object.hasOwn(input, name)) continue
    const { [name]: value = null, ...others } = expanded
    const problem = valueProblem(field, value)
    if (problem !== undefined) return { errors: { [name]: problem } }
    expanded = typeof value === 'string' ? { ...others, ...expand(value) } : others
  }
  return { input: expanded }
}

function withGenerated(fields: Fields, input: JsonObject, context: WriteContext): JsonObject {
  const generated = Object.entries(fields).flatMap(([name, field]): [string, Json][] => {
    if (!field.auto) return []
    // Only the server knows when it wrote; everything else that it generates, a client may give.
    if (name === 'updated_at') return [[name, context.now]]
    if (name === 'id' && context.current !== undefined) return [[name, context.current.id]]
    return (input[name] ?? null) === null ? [[name, generate(field, context)]] : []
  })
  return { ...input, ...Object.fromEntries(generated) }
}

function generate({ uuid, timestamp }: Field, context: WriteContext): Json {
  if (timestamp) return context.now
  return uuid ? context.uuid() : context.randomKey()
}
