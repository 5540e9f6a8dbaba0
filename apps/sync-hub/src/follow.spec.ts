import { expect, it } from 'vitest'
import { unfitSource } from './follow.ts'

it.each([
  ['of the same version', '3.4.0', '3.4.0', true],
  ['of another patch release', '3.4.0', '3.4.9', true],
  ['of an older minor version: hubs are upgraded first', '3.5.0', '3.4.0', true],
  ['of a newer minor version', '3.4.0', '3.5.0', false],
  ['of a newer major version', '3.4.0', '4.0.0', false],
  ['of an older major version', '4.0.0', '3.9.0', false],
  ['of a version that is none', '3.4.0', 'unknown', false],
])('a source %s (hub %s, source %s) is followed: %s', (_, own, source, followed) => {
  expect(unfitSource(own, source) === null).toBe(followed)
})

it('that is newer is named with both versions and with what to do', () => {
  expect(unfitSource('3.4.0', '3.5.1')).toMatch(/3\.5\.1.*3\.4\.0.*upgrade the hub first/)
})
