import type { Attributes } from './attributes.ts'
import { nestDotted, readDotted } from './dotted.ts'
import { type Constraint, constraint } from './field.ts'
import type { FieldErrors, Problem } from './field-errors.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { shownConstraint } from './shown.ts'
import { valueProblem } from './value-problem.ts'

/** What a check found: one sentence for `@entity`, and the fields at fault where the check knows them. */
export interface Finding {
  readonly message?: string
  readonly fields?: FieldErrors
}

/** A rule about several fields of one entity, or of one record. */
export interface Check {
  /** As `GET /schemas` shows it; null for the checks of subschemas, which it does not. */
  readonly shown: JsonObject | null
  /** Dotted names of the fields it reads. It does not run when one of them holds a reference to a vault. */
  readonly sources: readonly string[]
  /**
   * Which faults of its sources keep it from running: all, unless stated. The distinctions are Kong's: they decide what
   * clients are told of a field that is at fault twice.
   */
  readonly heeds?: 'all' | 'undotted' | 'enclosing' | 'none'
  /** @param faultOf what is wrong with a source by itself */
  readonly run: (
    entity: JsonObject,
    moment: Moment,
    faultOf: (source: string) => Problem | undefined,
  ) => Finding | undefined
}

/** What a check may know of the write. */
export interface Moment {
  readonly updating: boolean
  /** Seconds since the epoch. */
  readonly now: number
}

export function atLeastOneOf(...sources: readonly string[]): Check {
  const message = `at least one of these fields must be non-empty: ${quoted(sources)}`
  return {
    shown: { at_least_one_of: sources },
    sources,
    heeds: 'none',
    run: (entity, { updating }) => {
      if (filled(entity, sources).length > 0) return undefined
      return { message: updating ? `when updating, ${message}` : message }
    },
  }
}

export function onlyOneOf(...sources: readonly string[]): Check {
  const message = `exactly one of these fields must be non-empty: ${quoted(sources)}`
  return {
    shown: { only_one_of: sources },
    sources,
    heeds: 'enclosing',
    run: (entity) => (filled(entity, sources).length === 1 ? undefined : { message }),
  }
}

export function mutuallyExclusive(...sources: readonly string[]): Check {
  const message = `only one or none of these fields must be set: ${quoted(sources)}`
  return {
    shown: { mutually_exclusive: sources },
    sources,
    heeds: 'undotted',
    run: (entity) => (filled(entity, sources).length <= 1 ? undefined : { message }),
  }
}

export function mutuallyRequired(...sources: readonly string[]): Check {
  const message = `all or none of these fields must be set: ${quoted(sources)}`
  return {
    shown: { mutually_required: sources },
    sources,
    heeds: 'undotted',
    run: (entity) => {
      const count = filled(entity, sources).length
      return count === 0 || count === sources.length ? undefined : { message }
    },
  }
}

export function distinct(...sources: readonly string[]): Check {
  const message = `values of these fields must be distinct: ${quoted(sources)}`
  return {
    shown: { distinct: sources },
    sources,
    heeds: 'enclosing',
    run: (entity) => {
      const values = filled(entity, sources)
      return new Set(values).size === values.length ? undefined : { message }
    },
  }
}

type Condition = Attributes & {
  readonly elements?: Constraint
  readonly custom?: (value: string) => Problem | undefined
}

export interface Conditional {
  readonly if_field: string
  readonly if_match: Condition
  readonly then_field: string
  readonly then_match: Condition
  readonly then_err?: string
}

/** If the one field matches, so must the other. One that is at fault anyway is blamed for that, and for not matching. */
export function conditional(rule: Conditional): Check {
  const { if_field, then_field } = rule
  const premise = constraint(rule.if_match)
  const conclusion = constraint(rule.then_match)
  const message = rule.then_err ?? `failed conditional validation given value of field '${if_field}'`
  return {
    shown: {
      conditional: { ...rule, if_match: shownConstraint(premise), then_match: shownConstraint(conclusion) },
    },
    sources: [if_field, then_field],
    heeds: 'enclosing',
    run: (entity, _, faultOf) => {
      if (faultOf(if_field) !== undefined) return undefined
      if (valueProblem(premise, readDotted(entity, if_field) ?? null) !== undefined) return undefined
      const value = readDotted(entity, then_field) ?? null
      const fault = conclusion.eq === null ? undefined : faultOf(then_field)
      const problem = replacesChoice(conclusion, value)
        ? (valueProblem(conclusion, value) ?? fault)
        : (fault ?? valueProblem(conclusion, value))
      return problem === undefined ? undefined : { message, fields: nestDotted(then_field, problem) }
    },
  }
}

/** A conclusion's choice stands in the place of the one that the field has by itself; of another type nothing is chosen. */
function replacesChoice({ one_of: choice = [] }: Constraint, value: Json): boolean {
  return choice.some((one) => typeof one === typeof value)
}

/** A rule that is code: a sentence blames the entity, an object names fields. `GET /schemas` shows its sources only. */
export function customCheck(
  sources: readonly string[],
  judge: (entity: JsonObject, moment: Moment) => string | FieldErrors | undefined,
  shown: JsonObject = {},
): Check {
  return {
    shown: { custom_entity_check: { field_sources: sources, ...shown } },
    sources,
    run: (entity, moment) => {
      const found = judge(entity, moment)
      if (found === undefined) return undefined
      return typeof found === 'string' ? { message: found } : { fields: found }
    },
  }
}

export function isFilled(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  return !isJsonObject(value) || Object.keys(value).length > 0
}

function filled(entity: JsonObject, sources: readonly string[]): Json[] {
  return sources.map((source) => readDotted(entity, source) ?? null).filter(isFilled)
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
