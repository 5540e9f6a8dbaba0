import { describe, expect, it } from 'vitest'
import { argumentsOf, cookieOf } from './hash-sources.ts'

describe('the values of an argument', () => {
  it.each([
    ['?h=1', ['1']],
    ['?h', [true]],
    ['?h=', ['']],
    ['?x=1&h=b+c&h=%C3%BC&h', ['b c', '\xc3\xbc', true]],
    ['?%68=a%2Cb', ['a,b']],
    ['?hh=1', []],
    ['?', []],
    ['', []],
  ])('of %s are %j', (query, values) => {
    expect(argumentsOf(query, 'h')).toEqual(values)
  })
})

describe('a cookie', () => {
  it.each([
    [['a=1; c=2'], '2'],
    [['a=1', 'c=x=y'], 'x=y'],
    [['cc=1; c'], undefined],
    [[], undefined],
  ])('in %j is %s', (headers, value) => {
    expect(cookieOf(headers, 'c')).toBe(value)
  })
})
