import { describe, expect, it } from 'vitest'
import { numericVersion, parseVersion } from './version.ts'

describe('parseVersion', () => {
  it.each([
    ['3.4.2', { major: 3, minor: 4 }],
    ['3.4.2.0', { major: 3, minor: 4 }],
    ['3.4.2-rc.1', { major: 3, minor: 4 }],
    ['3.4.2enterprise', { major: 3, minor: 4 }],
    ['03.04.2', { major: 3, minor: 4 }],
    ['3.10.0', { major: 3, minor: 10 }],
  ])('reads %s', (text, expected) => {
    expect(parseVersion(text)).toEqual(expected)
  })

  it.each(['3', '3.4', '3.4.x', 'v3.4.2', ' 3.4.2', '-3.4.2', '', 'latest', null, undefined])(
    'finds no version in %j',
    (text) => {
      expect(parseVersion(text)).toBeUndefined()
    },
  )
})

describe('numericVersion', () => {
  it.each([
    ['3.4.2', 3_004_002_000],
    ['3.4.2.0', 3_004_002_000],
    ['3.4.2-x', 3_004_002_000],
    ['3.4.2.7.9', 3_004_002_007],
    ['3.10.0', 3_010_000_000],
    ['3.4', 3_004_000_000],
    ['v3.4', 4_000_000],
    ['', 0],
  ])('reads %j as %d', (text, expected) => {
    expect(numericVersion(text)).toBe(expected)
  })
})
