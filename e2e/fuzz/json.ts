/** A JSON value, as it is sent. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Stands for text that goes into JSON as it is: numbers that no double holds, and what is no JSON at all. */
export function raw(text: string): string {
  return `${RAW}${text}${RAW}`
}

const RAW = '@@raw@@'

/** JSON as text. A member named `again:x` becomes a second `x`. */
export function jsonText(value: Json): string {
  return JSON.stringify(value)
    .replaceAll(new RegExp(`"${RAW}(.*?)${RAW}"`, 'g'), (_, text: string) => JSON.parse(`"${text}"`))
    .replaceAll(`"${AGAIN}`, '"')
}

/** Before the name of a member that is to stand twice in its object. */
export const AGAIN = 'again:'

/** The value at a path of names, or undefined. */
export function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((found, name) => {
    if (Array.isArray(found)) return found[Number(name)]
    return isJsonObject(found) && Object.hasOwn(found, name) ? found[name] : undefined
  }, value)
}
