import {
  type Entity,
  type EntityDefinition,
  type Fields,
  isJsonObject,
  type JsonObject,
  type Subschemas,
} from '@biplane/entities'

/**
 * Where an entity holds what the server generated, since nothing was given: ids of its own and the moment of the last
 * update aside.
 */
export function generatedPaths(
  definition: EntityDefinition,
  entity: Entity,
  given: JsonObject,
  subschemas: Subschemas,
): readonly (readonly string[])[] {
  const fields = { ...definition.fields, ...subschemaFields(definition, entity, subschemas) }
  const own = Object.entries(fields).flatMap(([name, { auto }]) =>
    auto && !OWN.includes(name) && (given[name] ?? null) === null ? [[name]] : [],
  )
  const inside = Object.entries(fields).flatMap(([name, { type, fields: inner = {} }]) =>
    type === 'record' ? pathsInside(inner, given[name]).map((path) => [name, ...path]) : [],
  )
  return [...own, ...inside]
}

const OWN = ['id', 'updated_at']

function pathsInside(fields: Fields, given: JsonObject[string] | undefined): readonly (readonly string[])[] {
  const members = isJsonObject(given) ? given : {}
  return Object.entries(fields).flatMap(([name, { auto, type, fields: inner = {} }]) => {
    if (auto) return Object.hasOwn(members, name) ? [] : [[name]]
    return type === 'record' ? pathsInside(inner, members[name]).map((path) => [name, ...path]) : []
  })
}

function subschemaFields({ specialized }: EntityDefinition, entity: Entity, subschemas: Subschemas): Fields {
  if (specialized === null) return {}
  const value = entity[specialized.by]
  const name = Array.isArray(value) ? value[0] : value
  return specialized.subschema(String(name), subschemas)?.fields ?? {}
}

/** `entity` with what `from` holds at these paths. */
export function keeping(entity: Entity, from: Entity, paths: readonly (readonly string[])[]): Entity {
  const kept = paths.reduce<JsonObject>((into, path) => copyAt(into, from, path), entity)
  return { ...kept, id: entity.id }
}

function copyAt(into: JsonObject, from: JsonObject, [name, ...rest]: readonly string[]): JsonObject {
  if (name === undefined || (from[name] ?? null) === null) return into
  const [inner = null, source = null] = [into[name], from[name]]
  if (rest.length === 0) return { ...into, [name]: source }
  return isJsonObject(inner) && isJsonObject(source) ? { ...into, [name]: copyAt(inner, source, rest) } : into
}
