import { describe, expect, it } from 'vitest'
import { aWrite, ID, KEY, NOW, OTHER_ID } from './fixtures/context.ts'
import { consumer } from './kinds/consumer.ts'
import { keyauthCredential } from './kinds/keyauth-credential.ts'
import { parameter } from './kinds/parameter.ts'
import { plugin } from './kinds/plugin.ts'
import { route } from './kinds/route.ts'
import { service } from './kinds/service.ts'
import { target } from './kinds/target.ts'
import { validate } from './validate.ts'

describe('a created entity', () => {
  it('has its defaults, generated fields and nulls', () => {
    expect(validate(service, { host: 'h.test' }, aWrite())).toStrictEqual({
      entity: {
        id: ID,
        created_at: NOW,
        updated_at: NOW,
        name: null,
        retries: 5,
        protocol: 'http',
        host: 'h.test',
        port: 80,
        path: null,
        connect_timeout: 60000,
        write_timeout: 60000,
        read_timeout: 60000,
        tags: null,
        client_certificate: null,
        tls_verify: null,
        tls_verify_depth: null,
        ca_certificates: null,
        enabled: true,
      },
    })
  })

  it.each([
    ['keeps a given id, in lower case', service, { host: 'h', id: OTHER_ID.toUpperCase() }, { id: OTHER_ID }],
    [
      'keeps a given created_at, never updated_at',
      service,
      { host: 'h', created_at: 5, updated_at: 5 },
      { created_at: 5, updated_at: NOW },
    ],
    [
      'generates what is given as null',
      service,
      { host: 'h', id: null, created_at: null },
      { id: ID, created_at: NOW },
    ],
    ['keeps a null where a default would stand', service, { host: 'h', retries: null }, { retries: null }],
    [
      'has sets without duplicates, the first staying',
      service,
      { host: 'h', tags: ['b', 'a', 'b'] },
      { tags: ['b', 'a'] },
    ],
    ['tells an empty list from none', service, { host: 'h', tags: [] }, { tags: [] }],
    ['takes an empty object for an empty list', service, { host: 'h', tags: {} }, { tags: [] }],
    [
      'holds references by id only',
      route,
      { paths: ['/'], service: { id: OTHER_ID.toUpperCase(), name: 'x' } },
      { service: { id: OTHER_ID } },
    ],
    [
      'keeps records of a set that are alike',
      route,
      { protocols: ['tcp'], sources: [{ port: 1 }, { port: 1 }] },
      {
        sources: [
          { ip: null, port: 1 },
          { ip: null, port: 1 },
        ],
      },
    ],
    [
      'fills records inside sets',
      route,
      { protocols: ['tcp'], sources: [{ ip: '10.0.0.0/8' }] },
      { sources: [{ ip: '10.0.0.0/8', port: null }] },
    ],
    [
      'on grpc does not strip its path',
      route,
      { protocols: ['grpc'], hosts: ['h.test'] },
      { strip_path: false },
    ],
    [
      'on tls needs only a server name',
      route,
      { protocols: ['tls'], snis: ['h.test'] },
      { snis: ['h.test'] },
    ],
    [
      'may name hosts with wildcards and ports',
      route,
      { hosts: ['*.h.test', 'h.*', 'h.test:8443'] },
      { hosts: ['*.h.test', 'h.*', 'h.test:8443'] },
    ],
    [
      'may verify TLS over https',
      service,
      { host: 'h', protocol: 'https', tls_verify: true, tls_verify_depth: 2 },
      { tls_verify: true },
    ],
    [
      'fills the config of a plugin',
      plugin,
      { name: 'key-auth' },
      { config: { key_names: ['apikey'], anonymous: null, hide_credentials: false } },
    ],
    [
      'fills the records inside a config',
      plugin,
      { name: 'rate-limiting', config: { minute: 5 } },
      { config: { minute: 5, hour: null, policy: 'local', redis: { host: null, timeout: 2000 } } },
    ],
    [
      'has the protocols of the plugin',
      plugin,
      { name: 'key-auth' },
      { protocols: ['grpc', 'grpcs', 'http', 'https'] },
    ],
    [
      'has a key, and ends never',
      keyauthCredential,
      { consumer: { id: OTHER_ID } },
      { key: KEY, expires_at: null },
    ],
    ['may have an id that is its key', parameter, { key: 'cluster_id', value: 'x' }, { id: 'cluster_id' }],
  ])('%s', (_, definition, input, part) => {
    expect(validate(definition, input, aWrite())).toMatchObject({ entity: part })
  })
})

describe('a moment between two seconds', () => {
  const between = { ...aWrite(), now: NOW + 0.75 }

  it.each([
    ['is the second that it is in', service, { host: 'h' }, { created_at: NOW, updated_at: NOW }],
    [
      'stays where the kind is finer',
      target,
      { upstream: { id: ID }, target: 'h' },
      { created_at: NOW + 0.75, updated_at: NOW + 0.75 },
    ],
    [
      'ends what lives for some seconds at a whole one',
      keyauthCredential,
      { consumer: { id: ID }, ttl: 5 },
      { expires_at: NOW + 5 },
    ],
  ])('%s', (_, definition, input, part) => {
    expect(validate(definition, input, between)).toMatchObject({ entity: part })
  })
})

describe('the url of a service', () => {
  it.each([
    ['https://service.test/', { protocol: 'https', host: 'service.test', port: 443, path: '/' }],
    ['tcp://h.test', { protocol: 'tcp', host: 'h.test', port: 80, path: null }],
    ['http://example.test:443', { protocol: 'http', host: 'example.test', port: 443, path: null }],
    ['https://example2.test:80/a/b', { protocol: 'https', host: 'example2.test', port: 80, path: '/a/b' }],
    ['http://user:pass@[::1]:8080/x?y#z', { protocol: 'http', host: '::1', port: 8080, path: '/x' }],
    ['//h.test:443', { protocol: 'https', host: 'h.test', port: 443, path: null }],
    ['//h.test:8443', { protocol: 'http', host: 'h.test', port: 8443, path: null }],
    ['http://h.test/a;b=c', { protocol: 'http', host: 'h.test', port: 80, path: '/a' }],
  ])('%s stands for its parts', (url, parts) => {
    const outcome = validate(service, { url, host: 'loses.test', port: 1 }, aWrite())
    expect(outcome).toMatchObject({ entity: parts })
    expect(outcome).not.toHaveProperty('entity.url')
  })

  it.each([
    ['no text', 5, { url: 'expected a string' }],
    ['no host', 'nonsense', { host: 'required field missing', path: 'should start with: /' }],
    [
      'an unknown protocol',
      'ftp://h.test',
      { protocol: 'expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp' },
    ],
    [
      'a protocol in capital letters',
      'HTTP://h.test',
      { protocol: 'expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp' },
    ],
    ['a port that is none', 'http://h.test:x', { port: 'expected an integer' }],
  ])('with %s is refused', (_, url, errors) => {
    expect(validate(service, { url }, aWrite())).toStrictEqual({ errors })
  })

  it('of null says nothing', () => {
    expect(validate(service, { url: null, host: 'h' }, aWrite())).toMatchObject({ entity: { host: 'h' } })
  })
})

describe('an update', () => {
  const current = { id: OTHER_ID, expires_at: NOW + 50, created_at: 1 }

  it('keeps the id of what it updates', () => {
    expect(validate(consumer, { id: ID, username: 'x' }, aWrite(current))).toMatchObject({
      entity: { id: OTHER_ID },
    })
  })

  it('is refused with an id that is none', () => {
    expect(validate(consumer, { id: 'x', username: 'x' }, aWrite(current))).toStrictEqual({
      errors: { id: 'expected a valid UUID' },
    })
    expect(validate(consumer, { id: null, username: 'x' }, aWrite(current))).toMatchObject({
      entity: { id: OTHER_ID },
    })
  })

  it('leaves the end of a credential alone unless it says otherwise', () => {
    const input = { consumer: { id: ID }, key: 'k' }
    expect(validate(keyauthCredential, input, aWrite(current))).toMatchObject({
      entity: { expires_at: NOW + 50 },
    })
    expect(validate(keyauthCredential, { ...input, ttl: 5 }, aWrite(current))).toMatchObject({
      entity: { expires_at: NOW + 5 },
    })
    expect(validate(keyauthCredential, { ...input, ttl: 0 }, aWrite(current))).toMatchObject({
      entity: { expires_at: null },
    })
  })

  it('says so where a field is missing among several', () => {
    expect(validate(consumer, {}, aWrite(current))).toStrictEqual({
      errors: {
        '@entity': ["when updating, at least one of these fields must be non-empty: 'custom_id', 'username'"],
      },
    })
  })
})

describe('a ttl', () => {
  it.each([[-1], [1.5], [100_000_001], ['5'], [true], [{}]])('of %j is a refused option', (ttl) => {
    expect(validate(keyauthCredential, { consumer: { id: ID }, ttl }, aWrite())).toStrictEqual({
      options: { ttl: 'must be an integer between 0 and 100000000' },
    })
  })

  it('is judged once everything else is right', () => {
    expect(validate(keyauthCredential, { ttl: -1 }, aWrite())).toStrictEqual({
      errors: { consumer: 'required field missing' },
    })
  })

  it('is an unknown field where the kind has none', () => {
    expect(validate(consumer, { username: 'x', ttl: 5 }, aWrite())).toStrictEqual({
      errors: { ttl: 'unknown field' },
    })
  })
})
