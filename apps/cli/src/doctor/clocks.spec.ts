import { expect, it } from 'vitest'
import { judgeClock } from './clocks.ts'

it.each([
  ['the same', { least: -5, most: 3 }, 'ok', 'has the same time'],
  ['within a second', { least: -900, most: 900 }, 'ok', 'has the same time'],
  ['perhaps off, the answer was slow', { least: -4000, most: 4000 }, 'ok', 'has the same time'],
  ['3 s ahead', { least: 3000, most: 3100 }, 'warning', 'this clock is 3 s ahead of it'],
  ['3 s behind', { least: -3100, most: -3000 }, 'warning', 'this clock is 3 s behind it'],
  ['an hour ahead', { least: 3_600_000, most: 3_600_100 }, 'problem', 'this clock is 3600 s ahead of it'],
])('a clock that is %s', (_what, ahead, level, message) => {
  expect(judgeClock('the database', ahead)).toMatchObject({ level, message })
})
