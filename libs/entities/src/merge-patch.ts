import type { EntityDefinition, Subschemas } from './definition.ts'
import type { Entity } from './entity.ts'
import type { Fields } from './field.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { expandShorthands } from './shorthands.ts'
import { specialize } from './specialize.ts'

/**
 * The whole entity that a PATCH asks for, to be validated as an update: records are merged deep, everything else is
 * replaced. Which fields are records, the subschema of the patched entity says.
 */
export function mergePatch(
  definition: EntityDefinition,
  current: Entity,
  patch: JsonObject,
  subschemas: Subschemas,
): JsonObject {
  const declared = Object.keys(definition.fields)
  const stored = Object.fromEntries(declared.map((name) => [name, current[name] ?? null]))
  const expanded = expandShorthands(definition, patch)
  // A shorthand that cannot be expanded is left for validation to refuse.
  const given = 'errors' in expanded ? patch : expanded.input
  const special = specialize(definition, { ...stored, ...given }, subschemas)
  return mergeRecord('errors' in special ? definition.fields : special.fields, stored, given)
}

function mergeRecord(fields: Fields, current: JsonObject, patch: JsonObject): JsonObject {
  const merged = Object.entries(patch).map(([name, value]): [string, Json] => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    const old = current[name]
    // Lua cannot tell an empty list from an empty object, and nothing is to be merged from either.
    const given = Array.isArray(value) && value.length === 0 ? {} : value
    const deep = field?.type === 'record' && isJsonObject(old) && isJsonObject(given)
    return [name, deep ? mergeRecord(field.fields ?? {}, old, given) : value]
  })
  return Object.fromEntries([...Object.entries(current), ...merged])
}
