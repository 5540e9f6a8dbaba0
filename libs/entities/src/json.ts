/** A JSON value. Configs are immutable, so every level is readonly. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The one text of a JSON value: keys sorted by UTF-16 code units at every level, no white space. Two values are equal
 * exactly when their texts are, which Kong's own config hash cannot promise.
 */
export function canonicalJson(value: Json): string {
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`)
    return `{${members.join(',')}}`
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  return JSON.stringify(value)
}
