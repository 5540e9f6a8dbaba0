import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of file-log', () => {
  it.each([
    ['a name that is a pattern', { path: 'a*b' }, { config: { path: 'not a valid filename' } }],
    ['an empty name', { path: '' }, { config: { path: 'not a valid filename' } }],
    ['no name', { path: null }, { config: { path: 'required field missing' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('file-log', config))).toEqual(errors)
  })

  it.each([
    [
      'a path with spaces',
      { path: '/var/log/my log' },
      { path: '/var/log/my log', reopen: false, custom_fields_by_lua: null },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('file-log', config))).toMatchObject(expected)
  })
})
