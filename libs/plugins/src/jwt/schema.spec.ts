import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of jwt', () => {
  it.each([
    [
      'an end that nobody looks at',
      { maximum_expiration: 300, claims_to_verify: ['nbf'] },
      {
        '@entity': ["failed conditional validation given value of field 'config.maximum_expiration'"],
        config: { claims_to_verify: 'expected to contain: exp' },
      },
    ],
    [
      'an unknown claim',
      { claims_to_verify: ['iat'] },
      { config: { claims_to_verify: ['expected one of: exp, nbf'] } },
    ],
    [
      'an end too far',
      { maximum_expiration: 31536001 },
      { config: { maximum_expiration: 'value should be between 0 and 31536000' } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('jwt', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        uri_param_names: ['jwt'],
        cookie_names: [],
        header_names: ['authorization'],
        key_claim_name: 'iss',
        claims_to_verify: null,
      },
    ],
    [
      'an end that is looked at',
      { maximum_expiration: 300, claims_to_verify: ['exp', 'exp'] },
      { claims_to_verify: ['exp'] },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('jwt', config))).toMatchObject(expected)
  })
})
