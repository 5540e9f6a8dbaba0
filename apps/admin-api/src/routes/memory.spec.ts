import { expect, it } from 'vitest'
import { BadRequest } from '../bad-request.ts'
import { formatMemory } from './memory.ts'

it.each([
  ['', '1.50 MiB'],
  ['unit=b', 1_572_864],
  ['unit=K', '1536.00 KiB'],
  ['unit=g&scale=4', '0.0015 GiB'],
  ['scale=0', '2 MiB'],
  ['scale=x', '1.50 MiB'],
  ['scale=1000', '1.50 MiB'],
])('?%s tells %s', (query, told) => {
  expect(formatMemory(1_572_864, new URLSearchParams(query))).toBe(told)
})

it.each(['x', '', 'kb', '__proto__'])('there is no unit %j', (unit) => {
  expect(() => formatMemory(1, new URLSearchParams({ unit }))).toThrow(
    new BadRequest(400, `invalid unit '${unit}' (expected 'k/K', 'm/M', or 'g/G')`),
  )
})
