import { describe, expect, it } from 'vitest'
import { aWrite, ID, KEY, NOW } from '../fixtures/context.ts'
import { publicPem } from '../fixtures/credential-inputs.ts'
import { rsa } from '../fixtures/pem.ts'
import { validate } from '../validate.ts'
import { acl } from './acl.ts'
import { acmeStorage } from './acme-storage.ts'
import { basicauthCredential } from './basicauth-credential.ts'
import { hmacauthCredential } from './hmacauth-credential.ts'
import { jwtSecret } from './jwt-secret.ts'
import { oauth2Credential } from './oauth2-credential.ts'
import { oauth2Token } from './oauth2-token.ts'
import { session } from './session.ts'
import { vault } from './vault.ts'

const consumer = { id: ID }
const FAILED = "failed conditional validation given value of field 'algorithm'"

describe('what is not given', () => {
  it.each([
    [jwtSecret, { consumer }, { key: KEY, secret: KEY, algorithm: 'HS256', rsa_public_key: null }],
    [hmacauthCredential, { consumer, username: 'u' }, { secret: KEY }],
    [
      oauth2Credential,
      { consumer, name: 'a' },
      { client_id: KEY, client_secret: KEY, hash_secret: false, client_type: 'confidential' },
    ],
    [
      oauth2Token,
      { credential: { id: ID }, expires_in: 5, ttl: 5 },
      { access_token: KEY, token_type: 'bearer', refresh_token: null, service: null, expires_at: NOW + 5 },
    ],
    [acmeStorage, {}, { key: KEY, value: KEY, expires_at: null }],
    [session, { session_id: 's' }, { data: null, expires: null }],
    [vault, { name: 'env', prefix: 'my-env' }, { config: null, description: null }],
    [vault, { name: 'env', prefix: 'my-env', config: {} }, { config: { prefix: null } }],
  ])('of $kind stands as generated or null', (definition, input, part) => {
    expect(validate(definition, input, aWrite())).toMatchObject({ entity: part })
  })
})

describe('validate refuses', () => {
  it.each([
    [basicauthCredential, {}, ['consumer', 'password', 'username']],
    [hmacauthCredential, {}, ['consumer', 'username']],
    [acl, {}, ['consumer', 'group']],
    [jwtSecret, {}, ['consumer']],
    [oauth2Credential, {}, ['consumer', 'name']],
    [oauth2Token, {}, ['credential', 'expires_in']],
    [session, {}, ['session_id']],
  ])('$kind without what they need', (definition, input, missing) => {
    const errors = Object.fromEntries(missing.map((name) => [name, 'required field missing']))
    expect(validate(definition, input, aWrite())).toStrictEqual({ errors })
  })

  it.each([
    [
      'an algorithm that there is not',
      jwtSecret,
      { consumer, algorithm: 'PS256' },
      { algorithm: 'expected one of: HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384' },
    ],
    [
      'RSA without its key',
      jwtSecret,
      { consumer, algorithm: 'RS512' },
      { '@entity': [FAILED], rsa_public_key: 'required field missing' },
    ],
    [
      'RSA with a key that is none',
      jwtSecret,
      { consumer, algorithm: 'RS256', rsa_public_key: 'x' },
      { '@entity': [FAILED], rsa_public_key: 'invalid key' },
    ],
    [
      'a redirect to nowhere, and one within a page',
      oauth2Credential,
      { consumer, name: 'a', redirect_uris: ['http://ok.test/', 'zz', 'http://t.test/#x'] },
      {
        redirect_uris: [null, "cannot parse 'zz'", "fragment not allowed in 'http://t.test/#x'"],
      },
    ],
    [
      'a type of client that there is not',
      oauth2Credential,
      { consumer, name: 'a', client_type: 'x' },
      { client_type: 'expected one of: confidential, public' },
    ],
    ['a vault of no sort', vault, { prefix: 'x-y' }, { name: 'required field missing' }],
    [
      'a vault of a sort that there is not',
      vault,
      { name: 'aws', prefix: 'x-y' },
      { name: "vault 'aws' is not installed" },
    ],
    ['a short prefix', vault, { name: 'env', prefix: 'e' }, { prefix: 'invalid value: e' }],
    ['a prefix in capitals', vault, { name: 'env', prefix: 'ENV1' }, { prefix: 'invalid value: ENV1' }],
    ['a prefix that is taken', vault, { name: 'env', prefix: 'env' }, { prefix: 'must not be one of: env' }],
    [
      'a prefix of variables that starts with a digit',
      vault,
      { name: 'env', prefix: 'e1', config: { prefix: '9' } },
      { config: { prefix: 'invalid value: 9' } },
    ],
    [
      'what a vault does not know',
      vault,
      { name: 'env', prefix: 'e1', config: { region: 'x' } },
      { config: { region: 'unknown field' } },
    ],
  ])('%s', (_, definition, input, errors) => {
    expect(validate(definition, input, aWrite())).toStrictEqual({ errors })
  })

  it('nothing of a curve, whose key it does not ask for', () => {
    expect(validate(jwtSecret, { consumer, algorithm: 'ES256' }, aWrite())).toHaveProperty('entity')
    const withKey = { consumer, algorithm: 'RS256', rsa_public_key: publicPem(rsa.key) }
    expect(validate(jwtSecret, withKey, aWrite())).toHaveProperty('entity')
  })
})
