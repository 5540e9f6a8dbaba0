import { expect, it } from 'vitest'
import { median, quantile, rounded } from './statistics.ts'

it.each([
  ['the median of an odd number of values', [3, 1, 2], 0.5, 2],
  ['the largest value for the share of all', [3, 1, 2], 1, 3],
  ['p99 of few values, which is the largest', [5, 9, 7], 0.99, 9],
])('quantile gives %s', (_, values, share, expected) => {
  expect(quantile(values, share)).toBe(expected)
})

it('has no value for no values', () => {
  expect(median([])).toBeNaN()
})

it('rounds to two digits', () => {
  expect(rounded(1.239)).toBe(1.24)
})
