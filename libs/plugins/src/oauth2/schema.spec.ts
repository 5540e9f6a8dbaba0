import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of oauth2', () => {
  it.each([
    [
      'no grant',
      { enable_implicit_grant: false },
      {
        config:
          'at least one of these fields must be true: enable_authorization_code, enable_implicit_grant, enable_client_credentials, enable_password_grant',
      },
    ],
    [
      'a scope that must be of none',
      { mandatory_scope: true },
      {
        config: {
          '@entity': ["failed conditional validation given value of field 'mandatory_scope'"],
          scopes: 'required field missing',
        },
      },
    ],
    ['a key of null', { provision_key: null }, { config: { provision_key: 'required field missing' } }],
    [
      'a refresh too far',
      { refresh_token_ttl: 100000001 },
      { config: { refresh_token_ttl: 'value should be between 0 and 100000000' } },
    ],
    ['an unknown proof', { pkce: 'maybe' }, { config: { pkce: 'expected one of: none, lax, strict' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('oauth2', config))).toEqual(errors)
  })

  it.each([
    ['a key that is made', {}, { provision_key: 'a-random-key', token_expiration: 7200, pkce: 'lax' }],
    ['a key that is given', { provision_key: 'mine' }, { provision_key: 'mine' }],
    ['a scope that must be of some', { mandatory_scope: true, scopes: ['email'] }, { scopes: ['email'] }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('oauth2', config))).toMatchObject(expected)
  })
})
