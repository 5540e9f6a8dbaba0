import type { FieldErrors, Problem } from './field-errors.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

/** The value at a dotted name such as `config.redis_host`, or undefined. */
export function readDotted(entity: JsonObject, name: string): Json | undefined {
  let value: Json | undefined = entity
  for (const part of name.split('.')) {
    value = isJsonObject(value) && Object.hasOwn(value, part) ? value[part] : undefined
  }
  return value
}

/** The errors that blame a dotted name. */
export function nestDotted(name: string, problem: Problem): FieldErrors {
  const [first = name, ...rest] = name.split('.')
  return { [first]: rest.length === 0 ? problem : nestDotted(rest.join('.'), problem) }
}
