import { expect, it } from 'vitest'
import { isPathFlawed } from './path-flaw.ts'

it.each([
  ['/a/..', false],
  ['/a//b/../..', false],
  ['/a/./../b', false],
  ['/...', false],
  ['/..a/a..', false],
  ['/%2e/%25zz', false],
  ['/a/%2e%2E', false],
  ['/a?%zz/../..', false],
  ['http://a.test/..', true],
  ['/..', true],
  ['/a/../..', true],
  ['/a//../..', true],
  ['/./../a', true],
  ['/%2e%2e/a', true],
  ['/a/..%2F..', true],
  ['/a%2F..%2f..%2f..', true],
  ['/%', true],
  ['/%a', true],
  ['/%zz', true],
  ['/a%00b', true],
])('%s is no path to serve: %s', (path, flawed) => expect(isPathFlawed(path)).toBe(flawed))
