import { attributeTests, type Test } from './attribute-tests.ts'
import type { Attributes } from './attributes.ts'
import type { Check } from './checks.ts'
import type { Shorthand } from './definition.ts'
import type { Problem } from './field-errors.ts'
import type { JsonObject } from './json.ts'

export type FieldType =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'set'
  | 'array'
  | 'map'
  | 'record'
  | 'foreign'

declare const valueType: unique symbol

/**
 * One field of an entity or a plugin's config: Kong's attributes plus what they compile to. `T` is the type of its value
 * in a valid entity; it exists for the compiler only.
 */
export interface Field<out T = unknown> extends Constraint {
  readonly type: FieldType
  readonly [valueType]?: T
}

/** What a value must fulfil; without a type it speaks of a value whose type was judged before (conditions of checks). */
export interface Constraint extends Attributes {
  readonly type?: FieldType
  /** Of each member of a set or array. */
  readonly elements?: Constraint
  /** Of a map. */
  readonly keys?: Field
  readonly values?: Field
  /** Of a record. An abstract record has none. */
  readonly fields?: Fields
  readonly entity_checks?: readonly Check[]
  /** Of a record: fields that can be written only, and stand for others of it, which they overrule. */
  readonly shorthand_fields?: Readonly<Record<string, Shorthand>>
  /** What no attribute can say; absent from `GET /schemas`. Runs last, on values that the attributes accept. */
  readonly custom?: (value: never) => Problem | undefined
  /**
   * What a valid value would do to the nodes that serve it, and is refused for when it is written; nodes take it, since what is
   * there already must go on being served. Absent from `GET /schemas`.
   */
  readonly harm?: (value: never) => Problem | undefined
  readonly tests: readonly Test[]
}

/** In the order in which Kong lists them. */
export interface Fields {
  readonly [name: string]: Field
}

/** The type of a field's value in a valid entity. */
export type ValueOf<F> = F extends Field<infer T> ? T : never
export type ValuesOf<F extends Fields> = { readonly [Name in keyof F]: ValueOf<F[Name]> }

/** A field that is required or generated is never null. */
type Present<A, T> = A extends { readonly required: true } | { readonly auto: true } ? T : T | null
type Choice<A, T> = A extends { readonly one_of: readonly (infer V extends T)[] } ? V : T
type With<T> = Attributes & {
  readonly custom?: (value: T) => Problem | undefined
  readonly harm?: (value: T) => Problem | undefined
}

/** Not empty, unless `len_min` is 0. */
export function string<const A extends With<string>>(attributes?: A): Field<Present<A, Choice<A, string>>> {
  return { ...attributes, type: 'string', tests: attributeTests({ len_min: 1, ...attributes }) }
}

export function integer<const A extends With<number>>(attributes?: A): Field<Present<A, Choice<A, number>>> {
  return field('integer', attributes)
}

export function number<const A extends With<number>>(attributes?: A): Field<Present<A, Choice<A, number>>> {
  return field('number', attributes)
}

export function boolean<const A extends With<boolean>>(attributes?: A): Field<Present<A, boolean>> {
  return field('boolean', attributes)
}

/** A list without duplicates; the first of equal members stays. */
export function set<E extends Field, const A extends With<readonly NonNullable<ValueOf<E>>[]>>(
  elements: E,
  attributes?: A,
): Field<Present<A, readonly NonNullable<ValueOf<E>>[]>> {
  return field('set', attributes, { elements })
}

export function array<E extends Field, const A extends With<readonly NonNullable<ValueOf<E>>[]>>(
  elements: E,
  attributes?: A,
): Field<Present<A, readonly NonNullable<ValueOf<E>>[]>> {
  return field('array', attributes, { elements })
}

export function map<V extends Field, const A extends With<Readonly<Record<string, NonNullable<ValueOf<V>>>>>>(
  keys: Field,
  values: V,
  attributes?: A,
): Field<Present<A, Readonly<Record<string, NonNullable<ValueOf<V>>>>>> {
  return field('map', attributes, { keys, values })
}

/** A required record that is not given is filled with the defaults of its fields. */
export function record<
  F extends Fields,
  const A extends With<ValuesOf<F>> & Pick<Constraint, 'entity_checks' | 'shorthand_fields'>,
>(fields: F, attributes?: A): Field<Present<A, ValuesOf<F>>> {
  return field('record', attributes, { fields })
}

/** A record whose fields a subschema brings, such as a plugin's config. */
export function abstractRecord(attributes?: Attributes): Field<JsonObject> {
  return field('record', { ...attributes, abstract: true })
}

/** The id of another entity: `{ "id": "…" }`. */
export function foreign<const A extends Attributes>(
  reference: string,
  attributes?: A,
): Field<Present<A, { readonly id: string }>> {
  return field('foreign', attributes, { reference })
}

/** A condition of a check, such as `{ one_of: ['https', 'tls'] }`. */
export function constraint(attributes: With<never> & { readonly elements?: Constraint }): Constraint {
  return { ...attributes, tests: attributeTests(attributes) }
}

function field<T>(
  type: FieldType,
  attributes: With<never> | undefined,
  parts: Partial<Constraint> = {},
): Field<T> {
  return { ...attributes, ...parts, type, tests: attributeTests({ ...attributes }) }
}
