import { expect, it } from 'vitest'
import { Lateness } from './lateness.ts'

it.each<[string, readonly number[], boolean]>([
  ['is never late', [0, 1, 2, 3, 0], false],
  ['is late a little, all the time', Array(200).fill(99), false],
  ['was busy once, for long', [4000], false],
  ['was busy twice, for long', [2000, 2000], false],
  ['was busy for long, and is on time again', [900, 900, 900, 0], false],
  ['is late at one look after the other', [400, 400, 400], true],
  ['is late at many looks, for less than a second', [150, 150, 150, 150], false],
  ['is late now and then', [900, 0, 900, 0, 900, 0, 900, 0], false],
])('a worker that %s', (_what, looks, isTooLate) => {
  const lateness = new Lateness(100)
  let now = 0
  for (const late of looks) {
    now += late + 20
    lateness.look(late, now)
  }
  expect(lateness.isTooLate).toBe(isTooLate)
})
