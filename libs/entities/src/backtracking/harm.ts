import type { Constraint, Fields } from '../field.ts'
import type { FieldErrors, Problem } from '../field-errors.ts'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../json.ts'

/**
 * What of a valid record would harm the nodes that serve it, or nothing: what the `harm` of its fields says, in the form of
 * other errors.
 *
 * @param current what it is to take the place of: fields that stay as they are do no new harm
 */
export function harmIn(fields: Fields, value: JsonObject, current?: JsonObject): FieldErrors | undefined {
  const found = Object.entries(fields).flatMap(([name, field]): [string, Problem][] => {
    const harm = harmOf(field, Object.hasOwn(value, name) ? (value[name] ?? null) : null)
    return harm === undefined || isSame(name, value, current) ? [] : [[name, harm]]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

function isSame(name: string, value: JsonObject, current: JsonObject | undefined): boolean {
  return current !== undefined && canonicalJson(value[name] ?? null) === canonicalJson(current[name] ?? null)
}

function harmOf(field: Constraint, value: Json): Problem | undefined {
  if (value === null) return undefined
  // The value is valid, so it is of the type that the field's own function takes.
  return field.harm?.(value as never) ?? harmInside(field, value)
}

function harmInside({ elements, values, fields }: Constraint, value: Json): Problem | undefined {
  if (elements !== undefined && Array.isArray(value)) {
    const harms = value.map((member: Json) => harmOf(elements, member) ?? null)
    const last = harms.findLastIndex((harm) => harm !== null)
    return last === -1 ? undefined : harms.slice(0, last + 1)
  }
  if (!isJsonObject(value)) return undefined
  if (fields !== undefined) return harmIn(fields, value)
  if (values === undefined) return undefined
  for (const member of Object.values(value)) {
    const harm = harmOf(values, member)
    if (harm !== undefined) return harm
  }
  return undefined
}
