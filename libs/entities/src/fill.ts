import type { Constraint, Fields } from './field.ts'
import { isUuid } from './identity.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { expandShorthands } from './shorthands.ts'

/**
 * A record with every field present: absent ones get their default or null, sets lose their duplicates, ids are in lower
 * case. What is not a field stays as it is, and so does a value of the wrong type: judging is `recordErrors`' part.
 */
export function fillRecord(fields: Fields, given: JsonObject): JsonObject {
  const unknown = Object.entries(given).filter(([name]) => !Object.hasOwn(fields, name))
  const known = Object.entries(fields).map(([name, field]): [string, Json] => [
    name,
    fillValue(field, Object.hasOwn(given, name) ? given[name] : undefined),
  ])
  return Object.fromEntries([...known, ...unknown]) // keeps even a field named `__proto__` an own one
}

/** The value that stands for a given one, or for none. An explicit null never takes the default, not even a record's. */
export function fillValue(field: Constraint, given: Json | undefined): Json {
  if (given === undefined)
    return field.default === undefined ? emptyValue(field) : fillValue(field, field.default)
  if (given === null) return null
  switch (field.type) {
    case 'record':
      return isEmpty(given) || isJsonObject(given)
        ? fillRecord(field.fields ?? {}, withoutShorthands(field, asObject(given)))
        : given
    case 'map':
      return isEmpty(given) || isJsonObject(given) ? fillMap(field, asObject(given)) : given
    case 'set':
      return distinct(fillMembers(field, given))
    case 'array':
      return fillMembers(field, given)
    case 'foreign':
      return isJsonObject(given) && isUuid(given.id) ? { id: given.id.toLowerCase() } : given
    case 'string':
      return field.uuid && typeof given === 'string' ? given.toLowerCase() : given
    default:
      return given === 0 ? 0 : given // never minus zero, which JSON writes as 0
  }
}

function emptyValue(field: Constraint): Json {
  const filled = field.type === 'record' && field.required === true && field.fields !== undefined
  return filled ? fillRecord(field.fields, {}) : null
}

function withoutShorthands({ shorthand_fields: shorthands = {} }: Constraint, given: JsonObject): JsonObject {
  const expanded = expandShorthands({ shorthands }, given)
  return 'errors' in expanded ? given : expanded.input
}

/** Lua cannot tell an empty list from an empty object, so clients of Kong send the one for the other. */
function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function asObject(value: Json): JsonObject {
  return isJsonObject(value) ? value : {}
}

function fillMap({ values }: Constraint, given: JsonObject): JsonObject {
  if (values === undefined) return given
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, fillValue(values, value)]))
}

function fillMembers({ elements }: Constraint, given: Json): Json {
  if (isEmpty(given)) return []
  if (!Array.isArray(given) || elements === undefined) return given
  return given.map((member: Json) => fillValue(elements, member))
}

/** Records of a set may be alike: Kong tells them apart by what Lua tells tables apart by, which is not what they hold. */
function distinct(members: Json): Json {
  return Array.isArray(members) ? [...new Set(members)] : members
}
