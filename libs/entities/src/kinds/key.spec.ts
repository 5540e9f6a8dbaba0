import { describe, expect, it } from 'vitest'
import { aWrite } from '../fixtures/context.ts'
import { publicJwk, publicPem } from '../fixtures/credential-inputs.ts'
import { ec, otherRsa, rsa } from '../fixtures/pem.ts'
import type { JsonObject } from '../json.ts'
import { validate } from '../validate.ts'
import { key } from './key.ts'

const jwk = publicJwk(rsa.key, 'k')
const changed = (change: JsonObject) => JSON.stringify({ ...JSON.parse(jwk), ...change })

describe('a key', () => {
  it.each([
    ['a JSON Web Key', { jwk }],
    ['one of a curve', { jwk: publicJwk(ec.key, 'k') }],
    ['one that says what it is for', { jwk: changed({ use: 'sig', key_ops: ['verify'] }) }],
    ['one in a vault', { jwk: '{vault://env/jwk}' }],
    ['a PEM pair', { pem: { private_key: rsa.key, public_key: publicPem(rsa.key) } }],
    ['a public PEM', { pem: { public_key: publicPem(ec.key) } }],
    ['a private PEM', { pem: { private_key: ec.key } }],
    ['a pair of which half is in a vault', { pem: { private_key: '{vault://env/k}', public_key: 'later' } }],
  ])('may be %s', (_, form) => {
    expect(validate(key, { kid: 'k', ...form }, aWrite())).toHaveProperty('entity')
  })

  it.each([
    ['neither', {}, { '@entity': ["at least one of these fields must be non-empty: 'jwk', 'pem'"] }],
    [
      'both',
      { jwk, pem: { public_key: publicPem(rsa.key) } },
      { '@entity': ["only one or none of these fields must be set: 'jwk', 'pem'"] },
    ],
    ['no JSON', { jwk: '{' }, { '@entity': ['could not json decode jwk string'] }],
    ['no object', { jwk: '5' }, { '@entity': ['could not json decode jwk string'] }],
    [
      'of another id',
      { jwk: changed({ kid: 'other' }) },
      { '@entity': ['kid in jwk.kid must be equal to keys.kid'] },
    ],
    ['no key', { jwk: changed({ n: null }) }, { '@entity': ['could not load JWK, likely not a valid key'] }],
    [
      'symmetric',
      { jwk: '{"kty":"oct","k":"AAAA","kid":"k"}' },
      { '@entity': ['could not load JWK, likely not a valid key'] },
    ],
    ['more than a key', { jwk: changed({ x9: 1 }) }, { '@entity': ['Validation error: x9: unknown field'] }],
    [
      'full of faults',
      { jwk: changed({ use: 1, key_ops: ['', 'b', 5] }) },
      {
        '@entity': [
          'Validation error: key_ops: Validation error: expected a string; length must be at least 1; use: expected a string',
        ],
      },
    ],
    [
      'an empty pair',
      { pem: {} },
      { '@entity': ['need to supply a PEM formatted public and/or private key.'] },
    ],
    ['a public key that is none', { pem: { public_key: 'x' } }, { pem: 'could not load public key' }],
    [
      'a private key for a public one',
      { pem: { public_key: rsa.key } },
      { pem: 'could not load public key' },
    ],
    ['a private key that is none', { pem: { private_key: 'x' } }, { pem: 'could not load private key' }],
    [
      'halves of two pairs',
      { pem: { private_key: otherRsa.key, public_key: publicPem(rsa.key) } },
      { pem: 'public key does not match private key' },
    ],
  ])('that is %s is refused', (_, form, errors) => {
    expect(validate(key, { kid: 'k', ...form }, aWrite())).toStrictEqual({ errors })
  })

  it('has an id', () => {
    expect(validate(key, { jwk }, aWrite())).toMatchObject({ errors: { kid: 'required field missing' } })
  })
})
