import { expect, it } from 'vitest'
import { describeViolation, violationOfAll } from './violation.ts'

it.each([
  [{ kind: 'routes', id: '1', field: 'paths', message: 'is no path' }, 'routes 1 paths is no path'],
  [{ kind: 'routes', id: '1', field: '', message: 'is no entity' }, 'routes 1 is no entity'],
  [violationOfAll('the disk is full'), 'the disk is full'],
])('of %j people read: %s', (violation, told) => {
  expect(describeViolation(violation)).toBe(told)
})
