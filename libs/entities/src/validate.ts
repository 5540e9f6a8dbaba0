import { harmIn } from './backtracking/harm.ts'
import type { EntityDefinition, Subschemas } from './definition.ts'
import type { Entity } from './entity.ts'
import type { Field, Fields } from './field.ts'
import type { FieldErrors } from './field-errors.ts'
import { fillRecord } from './fill.ts'
import { generateInside } from './generate-inside.ts'
import { isUuid } from './identity.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { recordErrors } from './record-errors.ts'
import { referenceErrors } from './reference-errors.ts'
import { expandShorthands } from './shorthands.ts'
import { specialize } from './specialize.ts'
import { expiryOf, readTtl } from './ttl.ts'

/** What a write needs from outside: validation itself has no clock and no chance. */
export interface WriteContext {
  readonly subschemas: Subschemas
  /** Seconds since the epoch; a fraction counts where a field keeps it. */
  readonly now: number
  readonly uuid: () => string
  /** A new secret: 32 letters and digits. */
  readonly randomKey: () => string
  /** The entity that an update (PATCH) changes; its id and expiry stay. Absent for a create or a full replacement. */
  readonly current?: Entity
  /** It was judged when it was written: what would be refused only for its `harm` is to be served. */
  readonly received?: true
}

/** A complete entity ready to be stored, or why there is none: Kong's codes 2 (`errors`) and 11 (`options`). */
export type Validation =
  | { readonly entity: Entity }
  | { readonly errors: FieldErrors }
  | { readonly options: FieldErrors }

/**
 * Judges what a client wants stored. For an update, `input` is the whole entity after `mergePatch`. Shorthands are
 * expanded, defaults and generated fields filled in, `updated_at` set to now. References by another unique field
 * (`{ name: 'x' }`) must have been replaced by ids before, with `namedReferences`; what `transform` makes another value of
 * stays as it is; whether references exist, and uniqueness, are not judged here. Never throws, whatever the JSON.
 */
export function validate(definition: EntityDefinition, input: Json, context: WriteContext): Validation {
  if (!isJsonObject(input)) return { errors: { '@entity': ['expected a record'] } }
  if (nestsDeeper(input, DEEPEST)) return { errors: { '@entity': ['nested too deeply'] } }
  const { ttl, rest } = readTtl(definition, input)
  const expanded = expandShorthands(definition, rest)
  if ('errors' in expanded) return expanded
  const special = specialize(definition, expanded.input, context.subschemas)
  if ('errors' in special) return special

  const generated = withGenerated(definition.fields, expanded.input, context)
  const entity = fillRecord(special.fields, generateInside(special.fields, generated, context.randomKey))
  const checks = [...definition.checks, ...special.checks]
  const moment = { updating: context.current !== undefined, now: context.now }
  const errors = recordErrors(special.fields, checks, entity, moment)
  if (errors !== undefined)
    return { errors: { ...errors, ...referenceErrors(special.fields, entity, errors) } }
  const harm = context.received ? undefined : harmIn(special.fields, entity, context.current)
  if (harm !== undefined) return { errors: harm }
  if (ttl.kind === 'invalid') return { options: { ttl: ttl.message } }
  const id = entity[definition.idField]
  if (typeof id !== 'string')
    throw new TypeError(`${definition.kind}.${definition.idField} is not a string field`)
  const settled = { ...entity, ...definition.normalize?.(entity), ...expiryOf(definition, ttl, context), id }
  return { entity: withoutUnset(settled, definition.onlyWhenSet) }
}

function withoutUnset(entity: Entity, names: readonly string[]): Entity {
  if (!names.some((name) => entity[name] === null)) return entity
  const kept = Object.entries(entity).filter(([name, value]) => value !== null || !names.includes(name))
  return { ...Object.fromEntries(kept), id: entity.id }
}

function withGenerated(fields: Fields, input: JsonObject, context: WriteContext): JsonObject {
  const generated = Object.entries(fields).flatMap(([name, field]): [string, Json][] => {
    if (!field.auto) return []
    // Only the server knows when it wrote; everything else that it generates, a client may give.
    if (name === 'updated_at') return [[name, generate(field, context)]]
    // An id stays what it is, whatever a patch says; one that is none is left for validation to refuse.
    if (name === 'id' && context.current !== undefined)
      return isUuid(input.id ?? context.current.id) ? [[name, context.current.id]] : []
    return (input[name] ?? null) === null ? [[name, generate(field, context)]] : []
  })
  return { ...input, ...Object.fromEntries(generated) }
}

/** No entity comes near it; what walks values recursively is safe below it. */
const DEEPEST = 100

function nestsDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member: Json) => nestsDeeper(member, levels - 1))
}

function generate({ type, uuid, timestamp }: Field, context: WriteContext): Json {
  if (timestamp) return type === 'integer' ? Math.floor(context.now) : context.now
  return uuid ? context.uuid() : context.randomKey()
}
