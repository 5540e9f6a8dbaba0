import type { Kind } from './entity.ts'
import type { Fields } from './field.ts'
import type { FieldErrors, Problem } from './field-errors.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { entityKinds, schemaOnlyKinds } from './kinds.ts'
import { valueProblem } from './value-problem.ts'

/**
 * What more there is to say of references that name no id: a client that sent fields of the other entity is told what is
 * wrong with those, as Kong tells it, rather than that the id is missing.
 *
 * @param errors what is wrong with the entity that refers
 */
export function referenceErrors(fields: Fields, entity: JsonObject, errors: FieldErrors): FieldErrors {
  const found = Object.entries(fields).flatMap(([name, { reference }]): [string, Problem][] => {
    const value = entity[name]
    if (reference === undefined || typeof errors[name] !== 'object' || !isJsonObject(value)) return []
    const inner = partErrors(reference, value)
    return inner === undefined ? [] : [[name, inner]]
  })
  return Object.fromEntries(found)
}

/** What there is to say of one reference that names nothing. */
export function referenceProblem(to: Kind, value: Json): FieldErrors {
  const inner = isJsonObject(value) ? partErrors(to, value) : undefined
  return inner ?? { id: 'missing primary key' }
}

/** What is wrong with some fields of an entity. */
function partErrors(kind: Kind, part: JsonObject): FieldErrors | undefined {
  const definition = [...entityKinds, ...schemaOnlyKinds].find((each) => each.kind === kind)
  if (definition === undefined) return undefined
  const { fields, specialized } = definition
  if (specialized !== null && (part[specialized.by] ?? null) === null)
    return { [specialized.by]: 'required field missing' }
  const found = Object.entries(part).flatMap(([name, value]): [string, Problem][] => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    const problem = field === undefined ? 'unknown field' : valueProblem(field, value)
    return problem === undefined ? [] : [[name, problem]]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}
