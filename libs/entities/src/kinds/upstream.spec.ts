import { describe, expect, it } from 'vitest'
import { aWrite, subschemas } from '../fixtures/context.ts'
import type { JsonObject } from '../json.ts'
import { mergePatch } from '../merge-patch.ts'
import { validate } from '../validate.ts'
import { upstream } from './upstream.ts'

const FAILED_ON = "failed conditional validation given value of field 'hash_on'"
const FAILED_FALLBACK = "failed conditional validation given value of field 'hash_fallback'"

function created(input: JsonObject) {
  const outcome = validate(upstream, { name: 'u.test', ...input }, aWrite())
  if (!('entity' in outcome)) throw new Error(JSON.stringify(outcome))
  return outcome.entity
}

describe('an upstream', () => {
  it.each([
    [{}, { algorithm: 'round-robin', hash_on: 'none', hash_on_cookie_path: '/', slots: 10000 }],
    [{ algorithm: 'least-connections' }, { algorithm: 'least-connections', hash_on: 'none' }],
    [
      { algorithm: 'latency', hash_on: 'ip' },
      { algorithm: 'latency', hash_on: 'none' },
    ],
    [{ algorithm: 'consistent-hashing' }, { algorithm: 'round-robin', hash_on: 'none' }],
    [{ algorithm: null }, { algorithm: 'round-robin' }],
    [{ hash_on: null }, { algorithm: 'round-robin', hash_on: 'none' }],
    [{ hash_on: 'ip' }, { algorithm: 'consistent-hashing', hash_on: 'ip' }],
    [
      { algorithm: 'round-robin', hash_on: 'path' },
      { algorithm: 'consistent-hashing', hash_on: 'path' },
    ],
    [{ hash_on: 'consumer', hash_fallback: 'ip' }, { hash_fallback: 'ip' }],
    [{ hash_on: 'header', hash_on_header: 'A', hash_fallback: 'header', hash_fallback_header: 'B' }, {}],
    [{ healthchecks: { threshold: 5 } }, { healthchecks: { threshold: 5, active: { timeout: 1 } } }],
  ])('of %j', (input, part) => {
    expect(created(input)).toMatchObject(part)
  })

  it.each([
    [{ name: 'a b' }, { name: "Invalid name ('a b'); must be a valid hostname" }],
    [{ name: '10.0.0.1' }, { name: "Invalid name ('10.0.0.1'); no ip addresses allowed" }],
    [{ name: '::1' }, { name: "Invalid name ('::1'); no ip addresses allowed" }],
    [{ name: 'u.test:80' }, { name: "Invalid name ('u.test:80'); no port allowed" }],
    [{ slots: 9 }, { slots: 'value should be between 10 and 65536' }],
    [{ hash_on: 5 }, { hash_on: 'expected a string' }],
    [{ host_header: 'a b' }, { host_header: 'invalid hostname: a b' }],
    [{ host_header: '1.2.3.400:1' }, { host_header: 'invalid ipv4 address: 1.2.3.400:1' }],
    [{ host_header: '[1::2::3]' }, { host_header: 'invalid ipv6 address: [1::2::3]' }],
    [{ host_header: 'h:70000' }, { host_header: 'invalid port number' }],
    [
      { healthchecks: { active: { healthy: { http_statuses: [99] } } } },
      { healthchecks: { active: { healthy: { http_statuses: ['value should be between 100 and 999'] } } } },
    ],
    [
      { healthchecks: { active: { headers: { 'a b': ['1'] } } } },
      {
        healthchecks: {
          active: {
            headers: "bad header name 'a b', allowed characters are A-Z, a-z, 0-9, '_', and '-'",
          },
        },
      },
    ],
    [
      { hash_on: 'none', hash_fallback: 'ip' },
      { '@entity': [FAILED_ON], hash_fallback: 'expected one of: none' },
    ],
    [
      { hash_on: 'none', hash_fallback: 'foo' },
      { '@entity': [FAILED_ON], hash_fallback: 'expected one of: none' },
    ],
    [
      { hash_on: 'none', hash_fallback: 5 },
      { '@entity': [FAILED_ON], hash_fallback: 'expected a string' },
    ],
    [
      { algorithm: 5, hash_on: 5, name: 5 },
      { algorithm: 'expected a string', hash_on: 'expected a string' },
    ],
    [
      { algorithm: 'latency', hash_on: 'consumer', hash_fallback: 'ip' },
      { '@entity': [FAILED_ON], hash_fallback: 'expected one of: none' },
    ],
    [{ hash_on: 'query_arg' }, { '@entity': [FAILED_ON], hash_on_query_arg: 'required field missing' }],
    [
      { hash_on: 'ip', hash_fallback: 'uri_capture' },
      { '@entity': [FAILED_FALLBACK], hash_fallback_uri_capture: 'required field missing' },
    ],
    [
      {
        hash_on: 'uri_capture',
        hash_on_uri_capture: 'x',
        hash_fallback: 'uri_capture',
        hash_fallback_uri_capture: 'x',
      },
      {
        '@entity': [
          "values of these fields must be distinct: 'hash_on_uri_capture', 'hash_fallback_uri_capture'",
        ],
      },
    ],
  ])('of %j is refused', (input, errors) => {
    expect(validate(upstream, { name: 'u.test', ...input }, aWrite())).toStrictEqual({ errors })
  })

  it.each([
    [
      { hash_on: 'ip' },
      { algorithm: 'least-connections' },
      { algorithm: 'least-connections', hash_on: 'none' },
    ],
    [{ algorithm: 'latency' }, { hash_on: 'ip' }, { algorithm: 'consistent-hashing', hash_on: 'ip' }],
    [{ hash_on: 'ip' }, { algorithm: 'round-robin' }, { algorithm: 'consistent-hashing', hash_on: 'ip' }],
    [{ algorithm: 'latency' }, { slots: 10 }, { algorithm: 'latency', hash_on: 'none' }],
    [{ hash_on: 'ip' }, { hash_on: null }, { algorithm: 'round-robin', hash_on: 'none' }],
    [
      {},
      { healthchecks: { active: { timeout: 9 } } },
      { healthchecks: { active: { timeout: 9, concurrency: 10 } } },
    ],
  ])('of %j, patched by %j, is %j', (input, patch, part) => {
    const current = created(input)
    const outcome = validate(upstream, mergePatch(upstream, current, patch, subschemas), aWrite(current))
    expect(outcome).toMatchObject({ entity: part })
  })
})
