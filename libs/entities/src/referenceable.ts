import type { Constraint, Fields } from './field.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

/** Where a value lies in an entity: names from the outside in, `*` for every member of a list or map. */
export type FieldPath = readonly string[]

/** The fields that may hold references to vaults. */
export function referenceablePaths(fields: Fields): readonly FieldPath[] {
  return Object.entries(fields).flatMap(([name, field]) => pathsIn(field).map((path) => [name, ...path]))
}

function pathsIn({ referenceable, fields, elements, values }: Constraint): readonly FieldPath[] {
  const members = [elements, values].flatMap((member) => (member === undefined ? [] : pathsIn(member)))
  return [
    ...(referenceable ? [[]] : []),
    ...(fields === undefined ? [] : referenceablePaths(fields)),
    ...members.map((path) => ['*', ...path]),
  ]
}

/** The entity with every text at these places replaced; itself where none is. */
export function replaceTexts(
  entity: JsonObject,
  paths: readonly FieldPath[],
  replace: (text: string, path: FieldPath) => string,
): JsonObject {
  return paths.reduce((all: JsonObject, path) => {
    const replaced = replaceAt(all, path, (text) => replace(text, path))
    return isJsonObject(replaced) ? replaced : all
  }, entity)
}

function replaceAt(value: Json, path: FieldPath, replace: (text: string) => string): Json {
  const [name, ...rest] = path
  if (name === undefined) return typeof value === 'string' ? replace(value) : value
  const inside = (member: Json): Json => replaceAt(member, rest, replace)
  if (name === '*' && Array.isArray(value)) return changed(value, value.map(inside))
  if (!isJsonObject(value)) return value
  const names = name === '*' ? Object.keys(value) : Object.hasOwn(value, name) ? [name] : []
  const members = names.map((one): [string, Json] => [one, inside(value[one] ?? null)])
  const same = members.every(([one, member]) => member === value[one])
  return same ? value : { ...value, ...Object.fromEntries(members) }
}

function changed(list: readonly Json[], members: readonly Json[]): readonly Json[] {
  return members.every((member, i) => member === list[i]) ? list : members
}
