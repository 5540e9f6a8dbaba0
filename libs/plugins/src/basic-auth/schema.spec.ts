import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of basic-auth', () => {
  it.each([
    ['an unknown field', { realm: 'x' }, { config: { realm: 'unknown field' } }],
    ['an unknown field of null', { realm: null }, { config: { realm: 'unknown field' } }],
    [
      'a text for a flag',
      { hide_credentials: 'true' },
      { config: { hide_credentials: 'expected a boolean' } },
    ],
    ['an anonymous nobody', { anonymous: '' }, { config: { anonymous: 'length must be at least 1' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('basic-auth', config))).toEqual(errors)
  })

  it.each([
    ['its defaults', {}, { anonymous: null, hide_credentials: false }],
    ['an anonymous consumer by name', { anonymous: 'guest' }, { anonymous: 'guest' }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('basic-auth', config))).toMatchObject(expected)
  })
})
