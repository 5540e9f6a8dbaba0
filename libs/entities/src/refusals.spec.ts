import { describe, expect, it } from 'vitest'
import type { EntityDefinition } from './definition.ts'
import type { FieldErrors } from './field-errors.ts'
import { aWrite, ID } from './fixtures/context.ts'
import type { Json } from './json.ts'
import { consumer } from './kinds/consumer.ts'
import { keyauthCredential } from './kinds/keyauth-credential.ts'
import { plugin } from './kinds/plugin.ts'
import { route } from './kinds/route.ts'
import { service } from './kinds/service.ts'
import { validate } from './validate.ts'

/** What Kong answers in `fields`, for whole bodies. */
const refusals: readonly (readonly [string, EntityDefinition, Json, FieldErrors])[] = [
  ['a body that is a list', service, [], { '@entity': ['expected a record'] }],
  ['a text for a number', service, { host: 'h', port: '80' }, { port: 'expected an integer' }],
  ['a text for a boolean', service, { host: 'h', enabled: 'true' }, { enabled: 'expected a boolean' }],
  ['a fraction for an integer', service, { host: 'h', retries: 1.5 }, { retries: 'expected an integer' }],
  ['a text for a set', service, { host: 'h', tags: 'test' }, { tags: 'expected a set' }],
  [
    'a null for a required field',
    service,
    { host: null, port: null },
    { host: 'required field missing', port: 'required field missing' },
  ],
  ['an unknown field', service, { host: 'h', bogus: 1 }, { bogus: 'unknown field' }],
  ['an id that is no UUID', service, { host: 'h', id: 'x' }, { id: 'expected a valid UUID' }],
  [
    'a time before time',
    service,
    { host: 'h', created_at: -1 },
    { created_at: 'expected a valid timestamp' },
  ],
  [
    'a port beyond the range',
    service,
    { host: 'h', port: 65536 },
    { port: 'value should be between 0 and 65535' },
  ],
  ['a host with a port', service, { host: 'h:80' }, { host: 'must not have a port' }],
  [
    'an empty text where there is a choice',
    service,
    { host: 'h', protocol: '' },
    { protocol: 'expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp' },
  ],
  ['a host that is none', service, { host: 'h/x' }, { host: 'invalid value: h/x' }],
  ['an empty host', service, { host: '' }, { host: 'length must be at least 1' }],
  [
    'a path with empty segments',
    service,
    { host: 'h', path: '/a//b' },
    { path: 'must not have empty segments' },
  ],
  [
    'a name with a space',
    service,
    { host: 'h', name: 'a b' },
    { name: "invalid value 'a b': the only accepted ascii characters are alphanumerics or ., -, _, and ~" },
  ],
  [
    'a tag with a comma',
    service,
    { host: 'h', tags: ['ok', 'a,b'] },
    {
      tags: [
        null,
        "invalid tag 'a,b': expected printable ascii (except `,` and `/`) or valid utf-8 sequences",
      ],
    },
  ],
  ['a NUL character', consumer, { username: 'a\0b' }, { username: 'must not contain a NUL character' }],
  [
    'half a surrogate pair',
    consumer,
    { username: 'ü\ud800' },
    { username: 'invalid utf-8 character sequence detected at position 3' },
  ],
  [
    'a path where the protocol has none',
    service,
    { host: 'h', protocol: 'tcp', path: '/x' },
    {
      '@entity': ["failed conditional validation given value of field 'protocol'"],
      path: 'value must be null',
    },
  ],
  [
    'TLS options without TLS',
    service,
    { host: 'h', tls_verify: true, tls_verify_depth: 1 },
    {
      '@entity': [
        "failed conditional validation given value of field 'protocol'",
        "failed conditional validation given value of field 'protocol'",
      ],
      tls_verify: 'value must be null',
      tls_verify_depth: 'value must be null',
    },
  ],
  [
    'a reference that is a text',
    route,
    { paths: ['/'], service: ID },
    { service: { id: 'missing primary key' } },
  ],
  [
    'a reference without a key',
    route,
    { paths: ['/'], service: {} },
    { service: { id: 'missing primary key' } },
  ],
  [
    'a reference with a bad id',
    route,
    { paths: ['/'], service: { id: 'x' } },
    { service: { id: 'expected a valid UUID' } },
  ],
  [
    'a reference with a null for an id',
    route,
    { paths: ['/'], service: { id: null } },
    { service: { id: 'required field missing' } },
  ],
  [
    'a reference by a name, which is looked up before',
    route,
    { paths: ['/'], service: { name: 'x' } },
    { service: { id: 'missing primary key' } },
  ],
  [
    'a reference by what the other one has not',
    route,
    { paths: ['/'], service: { foo: 'x', port: 'y', host: null } },
    { service: { foo: 'unknown field', port: 'expected an integer', host: 'required field missing' } },
  ],
  [
    'a reference to a route without a key',
    plugin,
    { name: 'key-auth', route: {} },
    { route: { protocols: 'required field missing' } },
  ],
  [
    'a reference by an unstorable name',
    route,
    { paths: ['/'], service: { name: '\0' } },
    { service: { name: 'must not contain a NUL character' } },
  ],
  [
    'strip_path on grpc',
    route,
    { protocols: ['grpc', 'grpcs'], paths: ['/'], strip_path: true },
    { strip_path: "cannot set 'strip_path' when 'protocols' is 'grpc' or 'grpcs'" },
  ],
  [
    'methods on grpc',
    route,
    { protocols: ['grpc'], paths: ['/'], methods: ['GET'] },
    { methods: "cannot set 'methods' when 'protocols' is 'grpc' or 'grpcs'" },
  ],
  [
    'paths on tcp',
    route,
    { protocols: ['tcp'], paths: ['/'], sources: [{ port: 1 }] },
    { paths: "cannot set 'paths' when 'protocols' is 'tcp', 'tls', 'tls_passthrough' or 'udp'" },
  ],
  [
    'headers on tls_passthrough',
    route,
    { protocols: ['tls_passthrough'], snis: ['h'], headers: { a: ['b'] } },
    { headers: "cannot set 'headers' when 'protocols' is 'tcp', 'tls', 'tls_passthrough' or 'udp'" },
  ],
  [
    'destinations on http',
    route,
    { hosts: ['a.test'], destinations: [{ port: 1 }] },
    { destinations: "cannot set 'destinations' when 'protocols' is 'http' or 'https'" },
  ],
  [
    'protocols of two groups',
    route,
    { protocols: ['http', 'tcp'], paths: ['/'] },
    { protocols: "these sets are mutually exclusive: ('http', 'https'), ('tcp', 'tls', 'udp')" },
  ],
  [
    'an unknown protocol',
    route,
    { protocols: ['foo', 'http'], methods: ['GET'] },
    { protocols: ['expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp'] },
  ],
  [
    'an unknown protocol and more',
    route,
    { protocols: ['foo', 'http'], sources: [{ port: 1 }], regex_priority: 'x' },
    {
      protocols: ['expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp'],
      regex_priority: 'expected an integer',
      sources: "cannot set 'sources' when 'protocols' is 'http' or 'https'",
    },
  ],
  ['no protocol', route, { protocols: [] }, { protocols: 'unknown type: nil' }],
  ['an empty object for the protocols', route, { protocols: {} }, { protocols: 'unknown type: nil' }],
  ['no known protocol', route, { protocols: ['foo'] }, { protocols: 'unknown type: foo' }],
  ['a protocol that is no list', route, { protocols: 'http' }, { protocols: 'expected a set' }],
  ['a null for the protocols', route, { protocols: null }, { protocols: 'required field missing' }],
  ['a list of headers', route, { headers: ['x'] }, { headers: 'expected a string' }],
  [
    'a plugin without a name of it',
    plugin,
    { name: '' },
    { name: "plugin '' not enabled; add it to the 'plugins' configuration property" },
  ],
  ['a list for a record', plugin, { name: 'key-auth', config: ['x'] }, { config: ['unknown field'] }],
  [
    'server names without TLS',
    route,
    { protocols: ['http'], hosts: ['a.test'], snis: ['x.test'] },
    {
      '@entity': ["'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'"],
      snis: 'length must be 0',
    },
  ],
  [
    'nothing but a bad server name without TLS',
    route,
    { protocols: ['http'], snis: ['10.0.0.1'] },
    {
      '@entity': [
        "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'",
        "must set one of 'methods', 'hosts', 'headers', 'paths' when 'protocols' is 'http'",
      ],
      snis: ['must not be an IP'],
    },
  ],
  [
    'two wildcards',
    route,
    { hosts: ['*.a.*'] },
    { hosts: ['invalid wildcard: must have at most one wildcard'] },
  ],
  [
    'a wildcard inside',
    route,
    { hosts: ['a*b.c'] },
    { hosts: ['invalid wildcard: must be placed at leftmost or rightmost label'] },
  ],
  ['a method in small letters', route, { methods: ['get'] }, { methods: ['invalid value: get'] }],
  [
    'the Host header',
    route,
    { headers: { Host: ['x'] } },
    { headers: "cannot contain 'host' header, which must be specified in the 'hosts' attribute" },
  ],
  [
    'a bad header name',
    route,
    { headers: { 'x y': ['1'] } },
    { headers: "bad header name 'x y', allowed characters are A-Z, a-z, 0-9, '_', and '-'" },
  ],
  ['header values that are no list', route, { headers: { x: '1' } }, { headers: 'expected an array' }],
  ['a null in a list', route, { hosts: ['a.test', null] }, { hosts: [null, 'required field missing'] }],
  ['a null in a map', route, { headers: { x: null } }, { headers: 'required field missing' }],
  [
    'an unknown redirect status',
    route,
    { hosts: ['a.test'], https_redirect_status_code: 418 },
    { https_redirect_status_code: 'expected one of: 426, 301, 302, 307, 308' },
  ],
  [
    'an unknown path handling',
    route,
    { hosts: ['a.test'], path_handling: 'v2' },
    { path_handling: 'expected one of: v0, v1' },
  ],
  [
    'a relative path',
    route,
    { paths: ['/a', 'b'] },
    { paths: [null, 'should start with: / (fixed path) or ~/ (regex path)'] },
  ],
  [
    'an address without ip and port',
    route,
    { protocols: ['tcp'], sources: [{}] },
    { sources: [{ '@entity': ["at least one of these fields must be non-empty: 'ip', 'port'"] }] },
  ],
  [
    'an address that is none',
    route,
    { protocols: ['tcp'], sources: [{ ip: '1.2.3' }] },
    { sources: [{ ip: "invalid ip or cidr range: '1.2.3'" }] },
  ],
  [
    'a consumer without names',
    consumer,
    {},
    { '@entity': ["at least one of these fields must be non-empty: 'custom_id', 'username'"] },
  ],
  ['a plugin without a name', plugin, {}, { name: 'required field missing' }],
  ['a plugin whose name is a number', plugin, { name: 5 }, { name: 'expected a string' }],
  [
    'an unknown plugin',
    plugin,
    { name: 'nope' },
    { name: "plugin 'nope' not enabled; add it to the 'plugins' configuration property" },
  ],
  [
    'an unknown member of a config',
    plugin,
    { name: 'key-auth', config: { bogus: 1 } },
    { config: { bogus: 'unknown field' } },
  ],
  [
    'a bad member of a list in a config',
    plugin,
    { name: 'key-auth', config: { key_names: ['hello\\world'] } },
    {
      config: {
        key_names: ["bad header name 'hello\\world', allowed characters are A-Z, a-z, 0-9, '_', and '-'"],
      },
    },
  ],
  [
    'a scope that the plugin refuses',
    plugin,
    { name: 'key-auth', consumer: { id: ID } },
    { consumer: 'value must be null' },
  ],
  [
    'a protocol that the plugin lacks',
    plugin,
    { name: 'key-auth', protocols: ['tcp'] },
    { protocols: ['expected one of: grpc, grpcs, http, https'] },
  ],
  [
    'a config that says too little',
    plugin,
    { name: 'rate-limiting' },
    { '@entity': ["at least one of these fields must be non-empty: 'config.minute', 'config.hour'"] },
  ],
  [
    'a config that needs one more field',
    plugin,
    { name: 'rate-limiting', config: { minute: 5, policy: 'redis' } },
    {
      '@entity': ["failed conditional validation given value of field 'config.policy'"],
      config: { redis: { host: 'required field missing' } },
    },
  ],
  [
    'a limit of nothing',
    plugin,
    { name: 'rate-limiting', config: { minute: 0 } },
    { config: { minute: 'value must be greater than 0' } },
  ],
  [
    'a null for a record',
    plugin,
    { name: 'rate-limiting', config: { minute: 1, redis: null } },
    { config: { redis: 'required field missing' } },
  ],
  [
    'what a function of the schema refuses',
    plugin,
    { name: 'rate-limiting', config: { minute: 1, redis: { host: 'bad' } } },
    { config: { redis: 'no such host' } },
  ],
  ['a credential of nobody', keyauthCredential, { key: 'k' }, { consumer: 'required field missing' }],
  [
    'a key that is a number',
    keyauthCredential,
    { consumer: { id: ID }, key: 123 },
    { key: 'expected a string' },
  ],
  [
    'an end set by hand',
    keyauthCredential,
    { consumer: { id: ID }, expires_at: 5 },
    { expires_at: 'unknown field' },
  ],
]

describe('validate refuses', () => {
  it.each(refusals)('%s', (_, definition, input, errors) => {
    expect(validate(definition, input, aWrite())).toStrictEqual({ errors })
  })
})
