import { describe, expect, it } from 'vitest'
import type { EntityDefinition } from './definition.ts'
import type { Entity } from './entity.ts'
import { aWrite, ID, NOW, OTHER_ID, subschemas } from './fixtures/context.ts'
import type { JsonObject } from './json.ts'
import { keyauthCredential } from './kinds/keyauth-credential.ts'
import { plugin } from './kinds/plugin.ts'
import { route } from './kinds/route.ts'
import { service } from './kinds/service.ts'
import { mergePatch } from './merge-patch.ts'
import { validate } from './validate.ts'

function created(definition: EntityDefinition, input: JsonObject): Entity {
  const outcome = validate(definition, input, aWrite())
  if (!('entity' in outcome)) throw new Error(JSON.stringify(outcome))
  return outcome.entity
}

function patched(definition: EntityDefinition, input: JsonObject, patch: JsonObject) {
  const current = created(definition, input)
  return validate(definition, mergePatch(definition, current, patch, subschemas), {
    ...aWrite(current),
    now: NOW + 9,
  })
}

describe('a patch', () => {
  it.each([
    ['replaces what it names', service, { host: 'h', retries: 1 }, { retries: 2 }, { retries: 2, host: 'h' }],
    [
      'keeps created_at and renews updated_at',
      service,
      { host: 'h' },
      {},
      { created_at: NOW, updated_at: NOW + 9 },
    ],
    [
      'unsets by null',
      service,
      { host: 'h', name: 'n', retries: 1 },
      { name: null, retries: null },
      { name: null, retries: null },
    ],
    [
      'rewrites all that a url stands for',
      service,
      { url: 'http://a.test/x' },
      { url: 'https://b.test:80' },
      { protocol: 'https', host: 'b.test', port: 80, path: null },
    ],
    [
      'merges nothing from an empty list into a record',
      plugin,
      { name: 'key-auth', config: { anonymous: 'a' } },
      { config: [] },
      { config: { anonymous: 'a' } },
    ],
    ['replaces lists whole', route, { paths: ['/a', '/b'] }, { paths: ['/c'] }, { paths: ['/c'] }],
    [
      'replaces maps whole',
      route,
      { headers: { a: ['1'] } },
      { headers: { b: ['2'] } },
      { headers: { b: ['2'] } },
    ],
    [
      'replaces references',
      route,
      { paths: ['/'], service: { id: ID } },
      { service: { id: OTHER_ID } },
      { service: { id: OTHER_ID } },
    ],
    [
      'merges records',
      plugin,
      { name: 'rate-limiting', config: { minute: 5 } },
      { config: { hour: 9 } },
      { config: { minute: 5, hour: 9 } },
    ],
    [
      'merges records in records',
      plugin,
      { name: 'rate-limiting', config: { minute: 5, redis: { host: 'a', timeout: 1 } } },
      { config: { redis: { timeout: 2 } } },
      { config: { minute: 5, redis: { host: 'a', timeout: 2 } } },
    ],
    [
      'leaves the end of a credential',
      keyauthCredential,
      { consumer: { id: ID }, ttl: 50 },
      { tags: ['a'] },
      { expires_at: NOW + 50, tags: ['a'] },
    ],
    [
      'moves the end of a credential',
      keyauthCredential,
      { consumer: { id: ID }, ttl: 50 },
      { ttl: 50 },
      { expires_at: NOW + 59 },
    ],
  ])('%s', (_, definition, input, patch, part) => {
    const outcome = patched(definition, input, patch)
    expect(outcome).toMatchObject({ entity: part })
    expect(outcome).not.toHaveProperty('entity.headers.a')
  })

  it.each([
    [
      'of a required field to null',
      service,
      { host: 'h' },
      { port: null },
      { port: 'required field missing' },
    ],
    [
      'to a protocol that forbids what is set',
      route,
      { paths: ['/'] },
      { protocols: ['tcp'], sources: [{ port: 1 }] },
      { paths: "cannot set 'paths' when 'protocols' is 'tcp', 'tls', 'tls_passthrough' or 'udp'" },
    ],
    [
      'to another plugin, whose config differs',
      plugin,
      { name: 'rate-limiting', config: { minute: 1 } },
      { name: 'key-auth' },
      {
        config: {
          minute: 'unknown field',
          hour: 'unknown field',
          policy: 'unknown field',
          redis: 'unknown field',
        },
      },
    ],
    [
      'to an unknown plugin',
      plugin,
      { name: 'key-auth' },
      { name: 'foo' },
      { name: "plugin 'foo' not enabled; add it to the 'plugins' configuration property" },
    ],
    ['with an unknown field', service, { host: 'h' }, { x: 1 }, { x: 'unknown field' }],
  ])('%s is refused', (_, definition, input, patch, errors) => {
    expect(patched(definition, input, patch)).toStrictEqual({ errors })
  })
})
