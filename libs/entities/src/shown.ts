import type { Check } from './checks.ts'
import type { Constraint, Fields } from './field.ts'
import type { Json, JsonObject } from './json.ts'
import { fieldsOf } from './shorthands.ts'

/** Fields as Kong shows them: a list of objects of one member, so that their order survives any JSON parser. */
export function shownFields(fields: Fields): Json {
  return Object.entries(fields).map(([name, field]) => ({ [name]: shownConstraint(field) }))
}

export function shownChecks(checks: readonly Check[]): Json {
  return checks.flatMap(({ shown }) => shown ?? [])
}

/** A field's attributes, without what is ours: the functions and what the attributes were compiled to. */
export function shownConstraint(constraint: Constraint): JsonObject {
  const {
    tests,
    custom,
    harm,
    elements,
    keys,
    values,
    fields,
    entity_checks,
    shorthand_fields,
    ...attributes
  } = constraint
  return {
    ...attributes,
    ...(elements && { elements: shownConstraint(elements) }),
    ...(keys && { keys: shownConstraint(keys) }),
    ...(values && { values: shownConstraint(values) }),
    ...(fields && { fields: shownFields(fields) }),
    ...(shorthand_fields && { shorthand_fields: shownFields(fieldsOf(shorthand_fields)) }),
    ...(entity_checks && { entity_checks: shownChecks(entity_checks) }),
  } as JsonObject // attributes are JSON by their types; an interface cannot say so
}
