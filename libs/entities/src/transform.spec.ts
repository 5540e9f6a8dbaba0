import { createHash, pbkdf2Sync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { EntityDefinition } from './definition.ts'
import type { Entity } from './entity.ts'
import { aWrite, ID, KEY, OTHER_ID, subschemas } from './fixtures/context.ts'
import type { JsonObject } from './json.ts'
import { basicauthCredential } from './kinds/basicauth-credential.ts'
import { consumer } from './kinds/consumer.ts'
import { oauth2Credential } from './kinds/oauth2-credential.ts'
import { mergePatch } from './merge-patch.ts'
import { transform } from './transform.ts'
import { validate } from './validate.ts'

const randomKey = () => KEY
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

function valid(definition: EntityDefinition, input: JsonObject, current?: Entity): Entity {
  const outcome = validate(definition, input, aWrite(current))
  if (!('entity' in outcome)) throw new Error(JSON.stringify(outcome))
  return outcome.entity
}

function created(definition: EntityDefinition, input: JsonObject): Entity {
  const outcome = transform(definition, valid(definition, input), { randomKey })
  if (!('entity' in outcome)) throw new Error(JSON.stringify(outcome))
  return outcome.entity
}

function patched(definition: EntityDefinition, current: Entity, patch: JsonObject) {
  const entity = valid(definition, mergePatch(definition, current, patch, subschemas), current)
  return transform(definition, entity, { randomKey, update: { current, patch } })
}

describe('a basic-auth password', () => {
  const credential = created(basicauthCredential, {
    username: 'u',
    password: 'p',
    consumer: { id: OTHER_ID },
  })

  it('is stored as its hash, with the consumer for salt', () => {
    expect(credential.password).toBe(sha1(`p${OTHER_ID}`))
  })

  it.each([
    ['is left alone by a patch of something else', { username: 'v' }, credential.password],
    ['is hashed when it is patched', { password: 'q' }, sha1(`q${OTHER_ID}`)],
    ['is hashed again when its hash is sent', { password: 'h' }, sha1(`h${OTHER_ID}`)],
    [
      'is hashed for another consumer when both are sent',
      { password: 'q', consumer: { id: ID } },
      sha1(`q${ID}`),
    ],
    ['may come with the same consumer', { consumer: { id: OTHER_ID } }, credential.password],
  ])('%s', (_, patch, password) => {
    const outcome = patched(basicauthCredential, credential, patch)
    expect(outcome).toMatchObject({ entity: { password } })
  })

  it('is asked for when the consumer is another one, for whom the hash would be wrong', () => {
    expect(patched(basicauthCredential, credential, { consumer: { id: ID } })).toEqual({
      errors: { '@entity': ["all or none of these fields must be set: 'password', 'consumer.id'"] },
    })
  })
})

describe('the secret of an OAuth 2.0 application', () => {
  const input = { name: 'app', client_secret: 's', consumer: { id: OTHER_ID } }
  const plain = created(oauth2Credential, input)
  const hashed = created(oauth2Credential, { ...input, hash_secret: true })

  it('is stored as it is, or as its hash with a salt of its own', () => {
    expect(plain.client_secret).toBe('s')
    const [, id, parameters, salt = '', hash] = String(hashed.client_secret).split('$')
    expect([id, parameters]).toEqual(['pbkdf2-sha512', 'i=10000,l=32'])
    const expected = pbkdf2Sync('s', Buffer.from(salt, 'base64'), 10_000, 32, 'sha512')
    expect(Buffer.from(String(hash), 'base64').equals(expected)).toBe(true)
    const other = transform(oauth2Credential, valid(oauth2Credential, { ...input, hash_secret: true }), {
      randomKey: () => 'x'.repeat(32),
    })
    expect(other).not.toMatchObject({ entity: { client_secret: hashed.client_secret } })
  })

  it.each([
    [{ name: 'b' }, hashed.client_secret],
    [{ hash_secret: false, client_secret: 't' }, 't'],
  ])('patched by %j', (patch, secret) => {
    expect(patched(oauth2Credential, hashed, patch)).toMatchObject({ entity: { client_secret: secret } })
  })

  it.each([[{ hash_secret: true }], [{ hash_secret: false }], [{ client_secret: 't' }]])(
    'is not patched by %j alone: what is stored may be a hash',
    (patch) => {
      expect(patched(oauth2Credential, plain, patch)).toEqual({
        errors: { '@entity': ["all or none of these fields must be set: 'hash_secret', 'client_secret'"] },
      })
    },
  )
})

it('a kind without a transformation is stored as it is', () => {
  const entity = valid(consumer, { username: 'x' })
  expect(transform(consumer, entity, { randomKey })).toEqual({ entity })
})
