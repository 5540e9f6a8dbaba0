import type { Field, Fields } from './field.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

/**
 * An entity with the keys that its records lack, such as that of a plugin's config: a generated field inside a record is
 * a text, and gets one unless the client says something, be it null.
 */
export function generateInside(fields: Fields, given: JsonObject, randomKey: () => string): JsonObject {
  const records = Object.entries(fields).flatMap(([name, field]): [string, Json][] => {
    if (!generates(field)) return []
    const record = Object.hasOwn(given, name) ? given[name] : undefined
    if (record === undefined ? field.required !== true : !isJsonObject(record)) return []
    const inside = generateInside(field.fields ?? {}, isJsonObject(record) ? record : {}, randomKey)
    return [[name, { ...keys(field.fields ?? {}, randomKey), ...inside }]]
  })
  return records.length === 0 ? given : { ...given, ...Object.fromEntries(records) }
}

function keys(fields: Fields, randomKey: () => string): JsonObject {
  const generated = Object.entries(fields).filter(([, { auto }]) => auto)
  return Object.fromEntries(generated.map(([name]) => [name, randomKey()]))
}

/** Whether a record has, at any depth, a field that is generated. */
function generates({ type, fields = {} }: Field): boolean {
  return type === 'record' && Object.values(fields).some((field) => field.auto || generates(field))
}
