import type { Constraint, FieldType } from './field.ts'
import type { Problem } from './field-errors.ts'
import { isUuid } from './identity.ts'
import { isJsonObject, type Json } from './json.ts'
import { recordErrors } from './record-errors.ts'
import { expandShorthands } from './shorthands.ts'
import { textProblem } from './validators/text.ts'
import { isVaultReference } from './vault-reference.ts'

/** What is wrong with a value of a field, or nothing. Never throws, whatever the value. */
export function valueProblem(field: Constraint, value: Json): Problem | undefined {
  if (value === null) return nullProblem(field)
  if (field.eq === null) return field.err ?? 'value must be null'
  const shape = field.type === undefined ? membersProblem(field, value) : SHAPES[field.type](field, value)
  if (shape !== undefined) return shape
  if (field.referenceable && isVaultReference(value)) return undefined
  for (const test of field.tests) {
    const problem = test(value)
    if (problem !== undefined) return field.err ?? problem
  }
  // The shape was judged above, so the value is of the type that the field's own function takes.
  const problem = field.custom?.(value as never)
  return typeof problem === 'string' ? (field.err ?? problem) : problem
}

function nullProblem({ eq, ne, required, err }: Constraint): string | undefined {
  if (ne === null) return err ?? 'value must not be null'
  if (eq !== undefined && eq !== null) return err ?? `value must be ${String(eq)}`
  return required ? 'required field missing' : undefined
}

/** Judges the type of a value, and the parts of a composite one. */
type Shape = (field: Constraint, value: Json) => Problem | undefined

const SHAPES: Readonly<Record<FieldType, Shape>> = {
  string: (_, value) => (typeof value === 'string' ? textProblem(value) : 'expected a string'),
  integer: (_, value) => (Number.isInteger(value) ? undefined : 'expected an integer'),
  number: (_, value) => (Number.isFinite(value) ? undefined : 'expected a number'),
  boolean: (_, value) => (typeof value === 'boolean' ? undefined : 'expected a boolean'),
  set: (field, value) => (Array.isArray(value) ? membersProblem(field, value) : 'expected a set'),
  array: (field, value) => (Array.isArray(value) ? membersProblem(field, value) : 'expected an array'),
  map: mapProblem,
  record: recordProblem,
  foreign: (_, value) => foreignProblem(value),
}

function recordProblem(
  { fields = {}, entity_checks: checks = [], shorthand_fields: shorthands = {} }: Constraint,
  value: Json,
): Problem | undefined {
  if (Array.isArray(value)) return value.map(() => 'unknown field')
  if (!isJsonObject(value)) return 'expected a record'
  // A shorthand is left of those only that could not be expanded.
  const expanded = expandShorthands({ shorthands }, value)
  return 'errors' in expanded ? expanded.errors : recordErrors(fields, checks, value)
}

function membersProblem({ elements }: Constraint, value: Json): Problem | undefined {
  if (elements === undefined || !Array.isArray(value)) return undefined
  const problems = value.map((member: Json) => memberProblem(elements, member) ?? null)
  const last = problems.findLastIndex((problem) => problem !== null)
  return last === -1 ? undefined : problems.slice(0, last + 1)
}

/** A list or map never holds null, required or not: nothing that reads one looks for it. */
function memberProblem(field: Constraint, member: Json): Problem | undefined {
  return member === null ? 'required field missing' : valueProblem(field, member)
}

/**
 * A map tells its first fault only, and at its own place: keys are the user's, so they cannot name a field. To Lua a list is
 * a map whose keys are numbers.
 */
function mapProblem({ keys, values }: Constraint, value: Json): Problem | undefined {
  if (Array.isArray(value)) return keys && valueProblem(keys, 1)
  if (!isJsonObject(value)) return 'expected a map'
  for (const [key, member] of Object.entries(value)) {
    const problem = (keys && valueProblem(keys, key)) ?? (values && memberProblem(values, member))
    if (problem !== undefined) return problem
  }
  return undefined
}

/** An id. What else may name the other entity is looked up before an entity is judged, by `namedReferences`. */
function foreignProblem(value: Json): Problem | undefined {
  const id = isJsonObject(value) && Object.hasOwn(value, 'id') ? value.id : undefined
  if (id === undefined) return { id: 'missing primary key' }
  if (id === null) return { id: 'required field missing' }
  if (typeof id !== 'string') return { id: 'expected a string' }
  return isUuid(id) ? undefined : { id: 'expected a valid UUID' }
}
