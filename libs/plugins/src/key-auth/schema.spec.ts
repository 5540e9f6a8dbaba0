import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of key-auth', () => {
  it.each([
    [
      'a bad name of a key',
      { key_names: ['hello\\world'] },
      {
        config: {
          key_names: ["bad header name 'hello\\world', allowed characters are A-Z, a-z, 0-9, '_', and '-'"],
        },
      },
    ],
    ['a null for its names', { key_names: null }, { config: { key_names: 'required field missing' } }],
    ['an unknown field', { bogus: 1 }, { config: { bogus: 'unknown field' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('key-auth', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        key_names: ['apikey'],
        key_in_header: true,
        key_in_query: true,
        key_in_body: false,
        run_on_preflight: true,
      },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('key-auth', config))).toMatchObject(expected)
  })
})
