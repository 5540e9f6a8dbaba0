import type { Attributes, FieldType } from '@biplane/entities'

/** What an attribute of a plugin author's field must look like, and which types of fields may have it. */
export interface AttributeRule {
  /** All types, if absent. */
  readonly on?: readonly FieldType[]
  readonly expects: string
  readonly is: (value: unknown) => boolean
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => Number.isFinite(value)
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !isList(value)
const isPattern = (value: unknown) =>
  isRecord(value) && isText(value.pattern) && (value.err === undefined || isText(value.err))

const text = { expects: 'a text', is: isText }
const flag = { expects: 'true or false', is: (value: unknown) => typeof value === 'boolean' }
const on = { expects: 'true', is: (value: unknown) => value === true }
const anything = { expects: 'a JSON value', is: (value: unknown) => value !== undefined }
const choice = {
  expects: 'a list with at least one value',
  is: (value: unknown) => isList(value) && value.length > 0,
}
const length = {
  on: ['string', 'set', 'array', 'map'],
  expects: 'a whole number, at least 0',
  is: (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0,
} as const
const strings = ['string'] as const
const numbers = ['integer', 'number'] as const
const patterns = {
  on: strings,
  expects: "a list of { pattern: 'a Lua pattern', err: 'what to say' }",
  is: (value: unknown) => isList(value) && value.every(isPattern),
}

/** By Kong's names. What a field is made of (`elements`, `fields`, …) is read with the field. */
export const attributeRules: { readonly [A in keyof Attributes]?: AttributeRule } = {
  description: text,
  err: text,
  required: flag,
  default: anything,
  auto: { ...on, on: strings },
  unique: on,
  uuid: { ...on, on: strings },
  timestamp: { ...on, on: numbers },
  referenceable: { ...on, on: strings },
  encrypted: { ...on, on: strings },
  eq: anything,
  ne: anything,
  one_of: choice,
  not_one_of: choice,
  gt: { on: numbers, expects: 'a number', is: isNumber },
  between: {
    on: numbers,
    expects: 'two numbers, the smaller one first',
    is: (value) =>
      isList(value) && value.length === 2 && value.every(isNumber) && Number(value[0]) <= Number(value[1]),
  },
  is_regex: { ...on, on: strings },
  len_eq: length,
  len_min: length,
  len_max: length,
  starts_with: { ...text, on: strings },
  match: { on: strings, expects: 'a Lua pattern', is: isText },
  not_match: { on: strings, expects: 'a Lua pattern', is: isText },
  match_none: patterns,
  match_all: patterns,
  match_any: {
    on: strings,
    expects: "{ patterns: ['a Lua pattern', …], err: 'what to say' }",
    is: (value) => isRecord(value) && isList(value.patterns) && value.patterns.every(isText),
  },
  contains: { ...anything, on: ['set', 'array'] },
  mutually_exclusive_subsets: {
    on: ['set', 'array'],
    expects: 'a list of lists',
    is: (value) => isList(value) && value.every(isList),
  },
}
