import { isJsonObject, type Json, type JsonObject } from '@biplane/entities'

/** The steps to a member inside nested objects. */
export type Path = readonly string[]

/** The value at the path; undefined where there is none, also where the way leads through something else than an object. */
export function valueAt(object: JsonObject, path: Path): Json | undefined {
  let value: Json | undefined = object
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** The object without the member at the path, parents kept; the same object if there is no such member. */
export function without(object: JsonObject, path: Path): JsonObject {
  const [name, ...rest] = path
  if (name === undefined || !Object.hasOwn(object, name)) return object
  if (rest.length === 0) {
    const { [name]: _removed, ...others } = object
    return others
  }
  const child = object[name]
  if (!isJsonObject(child)) return object
  const reduced = without(child, rest)
  return reduced === child ? object : { ...object, [name]: reduced }
}

/** The object with the member at the path set; objects on the way are made where they lack. */
export function withValue(object: JsonObject, path: Path, value: Json): JsonObject {
  const [name, ...rest] = path
  if (name === undefined) return object
  if (rest.length === 0) return { ...object, [name]: value }
  const child = object[name]
  return { ...object, [name]: withValue(isJsonObject(child) ? child : {}, rest, value) }
}
