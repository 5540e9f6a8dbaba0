import { expect, it } from 'vitest'
import { shortAge } from './age.ts'

it.each([
  ['the future, by a clock that is off', -3, '0s'],
  ['no time at all', 0.4, '0s'],
  ['seconds', 5.9, '5s'],
  ['as long as two digits tell', 99, '99s'],
  ['minutes', 100, '1m'],
  ['many minutes', 99 * 60 + 59, '99m'],
  ['hours', 100 * 60, '1h'],
  ['many hours', 47 * 3600, '47h'],
  ['days', 48 * 3600, '2d'],
  ['as long as a row is kept', 14 * 86_400, '14d'],
])('%s: %d seconds are shown as %s', (_what, seconds, shown) => {
  expect(shortAge(seconds)).toBe(shown)
})
