import type { EntityDefinition, Subschemas } from './definition.ts'
import type { FieldErrors } from './field-errors.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import type { Subschema } from './plugin-schema.ts'
import { valueProblem } from './value-problem.ts'

/**
 * All fields of an entity and its further checks, as its choosing field makes them, or why nothing is chosen. Of a list the
 * first member that can chooses; whether the others are right, judging the fields tells.
 */
export function specialize(
  { fields, specialized }: EntityDefinition,
  input: JsonObject,
  subschemas: Subschemas,
): Subschema | { readonly errors: FieldErrors } {
  if (specialized === null) return { fields, checks: [] }
  const { by } = specialized
  const field = fields[by]
  if (field === undefined) throw new TypeError(`no field '${by}' to choose the subschema by`)
  const key = (Object.hasOwn(input, by) ? input[by] : field.default) ?? null
  if (key === null) return { errors: { [by]: 'required field missing' } }
  const names = members(key)
  for (const name of names) {
    const subschema = typeof name === 'string' ? specialized.subschema(name, subschemas) : undefined
    if (subschema !== undefined)
      return { fields: { ...fields, ...subschema.fields }, checks: subschema.checks }
  }
  // An empty list is not told its length: it chooses nothing, which Lua calls nil.
  const [first = 'nil'] = names
  const problem = typeof first === 'string' ? undefined : valueProblem(field, key)
  return { errors: { [by]: problem ?? specialized.unknown(String(first)) } }
}

/** Lua cannot tell an empty object from an empty list. */
function members(key: Json): readonly Json[] {
  if (Array.isArray(key)) return key
  return isJsonObject(key) && Object.keys(key).length === 0 ? [] : [key]
}
