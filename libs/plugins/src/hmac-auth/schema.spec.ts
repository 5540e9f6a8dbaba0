import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of hmac-auth', () => {
  it.each([
    ['no tolerance', { clock_skew: 0 }, { config: { clock_skew: 'value must be greater than 0' } }],
    [
      'an unknown algorithm',
      { algorithms: ['hmac-sha256', 'md5'] },
      { config: { algorithms: [null, 'expected one of: hmac-sha1, hmac-sha256, hmac-sha384, hmac-sha512'] } },
    ],
    [
      'a header of null',
      { enforce_headers: [null] },
      { config: { enforce_headers: ['required field missing'] } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('hmac-auth', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        clock_skew: 300,
        enforce_headers: [],
        algorithms: ['hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'],
      },
    ],
    ['fewer algorithms', { algorithms: ['hmac-sha512'] }, { algorithms: ['hmac-sha512'] }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('hmac-auth', config))).toMatchObject(expected)
  })
})
