import { Buffer } from 'node:buffer'
import type { Attributes, LuaPattern } from './attributes.ts'
import { isUuid } from './identity.ts'
import { canonicalJson, type Json } from './json.ts'
import { luaPattern } from './lua-pattern.ts'
import { regexProblem } from './pcre.ts'

/** Says what is wrong with a value of the right type, or nothing. */
export type Test = (value: Json) => string | undefined

/**
 * The tests that a field's attributes stand for, compiled once, in the order in which Kong runs them: the first that
 * fails speaks.
 */
export function attributeTests(attributes: Attributes): readonly Test[] {
  return COMPILERS.flatMap((compile) => compile(attributes) ?? [])
}

const text = (value: Json): string => (typeof value === 'string' ? value : canonicalJson(value))
const equal = (a: Json, b: Json): boolean => canonicalJson(a) === canonicalJson(b)
const list = (values: readonly Json[]): string => values.map(text).join(', ')
const invalid = (value: Json): string => `invalid value: ${text(value)}`

/** Bytes of a string, members of anything else. */
function length(value: Json): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0
}

const COMPILERS: readonly ((attributes: Attributes) => Test | undefined)[] = [
  ({ eq }) =>
    eq === undefined ? undefined : (v) => (equal(v, eq) ? undefined : `value must be ${text(eq)}`),
  ({ ne }) =>
    ne === undefined ? undefined : (v) => (equal(v, ne) ? `value must not be ${text(ne)}` : undefined),
  ({ not_one_of: values }) =>
    values &&
    ((v) => (values.some((one) => equal(one, v)) ? `must not be one of: ${list(values)}` : undefined)),
  ({ one_of: values }) =>
    values && ((v) => (values.some((one) => equal(one, v)) ? undefined : `expected one of: ${list(values)}`)),
  ({ gt }) =>
    gt === undefined ? undefined : (v) => (Number(v) > gt ? undefined : `value must be greater than ${gt}`),
  ({ timestamp }) => timestamp && ((v) => (Number(v) > 0 ? undefined : 'expected a valid timestamp')),
  ({ uuid }) => uuid && ((v) => (isUuid(v) ? undefined : 'expected a valid UUID')),
  ({ is_regex }) =>
    is_regex && ((v) => (regexProblem(text(v)) === undefined ? undefined : `not a valid regex: ${text(v)}`)),
  ({ between }) => between && betweenTest(between),
  ({ len_eq: n }) =>
    n === undefined ? undefined : (v) => (length(v) === n ? undefined : `length must be ${n}`),
  ({ len_min: n }) =>
    n === undefined ? undefined : (v) => (length(v) >= n ? undefined : `length must be at least ${n}`),
  ({ len_max: n }) =>
    n === undefined ? undefined : (v) => (length(v) <= n ? undefined : `length must be at most ${n}`),
  ({ starts_with: start }) =>
    start === undefined
      ? undefined
      : (v) => (text(v).startsWith(start) ? undefined : `should start with: ${start}`),
  ({ not_match: pattern }) => (pattern === undefined ? undefined : patternTest({ pattern }, false)),
  ({ match_none: patterns }) => patterns && allTests(patterns.map((pattern) => patternTest(pattern, false))),
  ({ match: pattern }) => (pattern === undefined ? undefined : patternTest({ pattern }, true)),
  ({ match_all: patterns }) => patterns && allTests(patterns.map((pattern) => patternTest(pattern, true))),
  ({ match_any: any }) => any && anyTest(any.patterns, any.err),
  ({ contains: member }) => (member === undefined ? undefined : containsTest(member)),
  ({ mutually_exclusive_subsets: subsets }) => subsets && exclusiveTest(subsets),
]

function betweenTest([low, high]: readonly [number, number]): Test {
  // Kong writes the limits as whole numbers, even 0.001.
  const message = `value should be between ${Math.trunc(low)} and ${Math.trunc(high)}`
  return (value) => (Number(value) >= low && Number(value) <= high ? undefined : message)
}

function patternTest({ pattern, err }: LuaPattern, wanted: boolean): Test {
  const regex = luaPattern(pattern)
  return (value) => (regex.test(text(value)) === wanted ? undefined : (err ?? invalid(value)))
}

function allTests(tests: readonly Test[]): Test {
  return (value) => {
    for (const test of tests) {
      const problem = test(value)
      if (problem !== undefined) return problem
    }
    return undefined
  }
}

function anyTest(patterns: readonly string[], err: string | undefined): Test {
  const regexes = patterns.map(luaPattern)
  return (value) => (regexes.some((regex) => regex.test(text(value))) ? undefined : (err ?? invalid(value)))
}

function containsTest(member: Json): Test {
  return (value) => {
    const found = Array.isArray(value) && value.some((one: Json) => equal(one, member))
    return found ? undefined : `expected to contain: ${text(member)}`
  }
}

function exclusiveTest(subsets: readonly (readonly string[])[]): Test {
  return (value) => {
    const members: readonly Json[] = Array.isArray(value) ? value : []
    const touched = subsets.filter((subset) => subset.some((one) => members.includes(one)))
    if (touched.length < 2) return undefined
    const sets = touched.map((subset) => `(${subset.map((one) => `'${one}'`).join(', ')})`)
    return `these sets are mutually exclusive: ${sets.join(', ')}`
  }
}
