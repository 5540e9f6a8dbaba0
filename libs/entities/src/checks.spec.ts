import { describe, expect, it } from 'vitest'
import {
  atLeastOneOf,
  conditional,
  customCheck,
  distinct,
  mutuallyExclusive,
  mutuallyRequired,
  onlyOneOf,
} from './checks.ts'
import { record, string } from './field.ts'
import { recordErrors } from './record-errors.ts'

const fields = { a: string(), b: string(), c: record({ d: string() }) }
const none = { a: null, b: null, c: null }

const when = (then_field: string, then_match: { readonly required: true } | { readonly eq: null }) =>
  conditional({ if_field: 'a', if_match: { eq: 'x' }, then_field, then_match })
const whenXThenB = when('b', { required: true })
const unlessYThenB = conditional({
  if_field: 'a',
  if_match: { not_one_of: ['y'] },
  then_field: 'b',
  then_match: { required: true },
})
const whenXThenD = when('c.d', { required: true })
const whenXThenNoB = when('b', { eq: null })

describe('a check', () => {
  it.each([
    [
      'at least one, of none',
      atLeastOneOf('a', 'c.d'),
      none,
      "at least one of these fields must be non-empty: 'a', 'c.d'",
    ],
    ['at least one, of an inner one', atLeastOneOf('a', 'c.d'), { ...none, c: { d: 'x' } }, undefined],
    [
      'exactly one, of two',
      onlyOneOf('a', 'b'),
      { ...none, a: 'x', b: 'y' },
      "exactly one of these fields must be non-empty: 'a', 'b'",
    ],
    ['exactly one, of one', onlyOneOf('a', 'b'), { ...none, a: 'x' }, undefined],
    [
      'at most one, of two',
      mutuallyExclusive('a', 'b'),
      { ...none, a: 'x', b: 'y' },
      "only one or none of these fields must be set: 'a', 'b'",
    ],
    ['at most one, of none', mutuallyExclusive('a', 'b'), none, undefined],
    [
      'all or none, of one',
      mutuallyRequired('a', 'b'),
      { ...none, a: 'x' },
      "all or none of these fields must be set: 'a', 'b'",
    ],
    ['all or none, of none', mutuallyRequired('a', 'b'), none, undefined],
    [
      'distinct, of the same',
      distinct('a', 'b'),
      { ...none, a: 'x', b: 'x' },
      "values of these fields must be distinct: 'a', 'b'",
    ],
    ['distinct, of nulls', distinct('a', 'b'), none, undefined],
    [
      'a function, of what it refuses',
      customCheck(['a'], ({ a }) => (a === 'x' ? 'not x' : undefined)),
      { ...none, a: 'x' },
      'not x',
    ],
  ])('for %s', (_, check, value, message) => {
    expect(recordErrors(fields, [check], value)).toEqual(
      message === undefined ? undefined : { '@entity': [message] },
    )
  })

  it('does not run on a field that is at fault already', () => {
    const check = customCheck(['c.d'], () => 'never said')
    expect(recordErrors(fields, [check], { ...none, c: { d: 5 } })).toEqual({ c: { d: 'expected a string' } })
    expect(recordErrors(fields, [check], { ...none, c: 5 })).toEqual({ c: 'expected a record' })
  })

  it.each([
    ['at least one: what is there counts', atLeastOneOf('a', 'b'), { a: 5 }, undefined],
    ['at least one, inside it', atLeastOneOf('c.d'), { c: 5 }, /at least one/],
    ['exactly one, inside it: waits', onlyOneOf('a', 'c.d'), { c: 5 }, undefined],
    ['exactly one: both are there', onlyOneOf('a', 'c.d'), { a: 5, c: { d: 5 } }, /exactly one/],
    ['all or none, of an inner field', mutuallyRequired('b', 'c.d'), { c: { d: 5 } }, /all or none/],
    ['all or none, of a field: waits', mutuallyRequired('a', 'b'), { a: 5 }, undefined],
    ['a condition whose premise is at fault: waits', unlessYThenB, { a: 5 }, undefined],
    ['a conclusion inside what is at fault: waits', whenXThenD, { a: 'x', c: 5 }, undefined],
    ['a conclusion that is at fault: says so too', whenXThenB, { a: 'x', b: 5 }, /conditional/],
  ])('on what is at fault says of %s', (_, check, value, message) => {
    const { '@entity': said } = recordErrors(fields, [check], { ...none, ...value }) ?? {}
    expect(said).toEqual(message === undefined ? undefined : [expect.stringMatching(message)])
  })

  it('leaves a fault of a conclusion as it is, unless there must be nothing', () => {
    const faulty = { ...none, a: 'x', b: 5 }
    expect(recordErrors(fields, [whenXThenB], faulty)).toMatchObject({ b: 'expected a string' })
    expect(recordErrors(fields, [whenXThenNoB], faulty)).toMatchObject({ b: 'value must be null' })
  })

  it('may blame a field beside those at fault', () => {
    const check = customCheck(['a'], () => ({ c: { e: 'too late' } }))
    expect(recordErrors(fields, [check], { ...none, c: { d: 5 } })).toEqual({
      c: { d: 'expected a string', e: 'too late' },
    })
  })
})
