import type { EntityDefinition, Subschemas } from './definition.ts'
import type { Entity } from './entity.ts'
import type { Constraint, Fields } from './field.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { toRest } from './ttl.ts'
import { specialize } from './validate.ts'

/**
 * The whole entity that a PATCH asks for, to be validated as an update: records are merged deep, everything else is
 * replaced. Which fields are records, the patched entity's own subschema says.
 */
export function mergePatch(
  definition: EntityDefinition,
  current: Entity,
  patch: JsonObject,
  subschemas: Subschemas,
): JsonObject {
  const { ttl, ...rest } = toRest(definition, current, 0)
  const stored = definition.ttl ? rest : { ...rest, ...(ttl === undefined ? {} : { ttl }) }
  const special = specialize(definition, { ...stored, ...patch }, subschemas)
  return mergeRecord('errors' in special ? definition.fields : special.fields, stored, patch)
}

function mergeRecord(fields: Fields, current: JsonObject, patch: JsonObject): JsonObject {
  const merged = Object.entries(patch).map(([name, value]): [string, Json] => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    const old = Object.hasOwn(current, name) ? current[name] : undefined
    return [name, field?.type === 'record' ? mergeValue(field, old, value) : value]
  })
  return Object.fromEntries([...Object.entries(current), ...merged])
}

function mergeValue({ fields }: Constraint, current: Json | undefined, patch: Json): Json {
  return isJsonObject(current) && isJsonObject(patch) ? mergeRecord(fields ?? {}, current, patch) : patch
}
