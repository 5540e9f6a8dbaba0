import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of acme', () => {
  it.each([
    ['no account', { account_email: null }, { config: { account_email: 'required field missing' } }],
    [
      'an account that is no address',
      { account_email: 'ann' },
      { config: { account_email: 'invalid value: ann' } },
    ],
    [
      'terms that are not accepted, where the server has some',
      { api_uri: 'https://acme-v02.api.letsencrypt.org' },
      {
        '@entity': ['terms of service must be accepted, see https://letsencrypt.org/repository/'],
        config: { tos_accepted: 'value must be true' },
      },
    ],
    [
      'what only one node would know',
      { storage: 'shm' },
      { '@entity': ['"shm" storage can\'t be used in Hybrid mode'] },
    ],
    [
      'an unknown storage',
      { storage: 'disk' },
      { config: { storage: 'expected one of: kong, shm, redis, consul, vault' } },
    ],
    [
      'an odd size of keys',
      { rsa_key_size: 1024 },
      { config: { rsa_key_size: 'expected one of: 2048, 3072, 4096' } },
    ],
    ['a server that is no URL', { api_uri: 'h.test' }, { config: { api_uri: 'missing host in url' } }],
    [
      'a domain with two wildcards',
      { domains: ['a.test', '*.b.*'] },
      { config: { domains: [null, 'invalid wildcard: must have at most one wildcard'] } },
    ],
    [
      'a key without an id',
      { account_key: {} },
      { config: { account_key: { key_id: 'required field missing' } } },
    ],
    [
      'memory that is not there',
      { storage_config: { shm: { shm_name: 'mine' } } },
      { config: { storage_config: { shm: { shm_name: 'failed validating: mine' } } } },
    ],
    [
      "keys that are Kong's own",
      { storage_config: { redis: { namespace: 'kong_acme:cert_key:x' } } },
      {
        config: {
          storage_config: {
            redis: { namespace: "namespace can't be prefixed with reserved word: kong_acme:cert_key:" },
          },
        },
      },
    ],
    [
      'a Redis with an address for a name',
      { storage_config: { redis: { ssl_server_name: '10.0.0.1' } } },
      { config: { storage_config: { redis: { ssl_server_name: 'must not be an IP' } } } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('acme', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        api_uri: 'https://acme-v02.api.letsencrypt.org/directory',
        account_key: null,
        storage_config: {
          shm: { shm_name: 'kong' },
          kong: {},
          redis: { host: null, ssl: false, namespace: '' },
          consul: { https: false },
          vault: { auth_method: 'token', tls_verify: true },
        },
      },
    ],
    [
      'accepted terms',
      { api_uri: 'https://acme-v02.api.letsencrypt.org', tos_accepted: true },
      { tos_accepted: true },
    ],
    [
      'a namespace',
      { storage_config: { redis: { namespace: 'mine:' } } },
      { storage_config: { redis: { namespace: 'mine:' } } },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('acme', config))).toMatchObject(expected)
  })

  it.each(['service', 'route', 'consumer'])('is global: no %s has one', (scope) => {
    const input = { ...anInputWith('acme', {}), [scope]: { id: '11111111-1111-4111-8111-111111111111' } }
    expect(refusalOf(input)).toEqual({ [scope]: 'value must be null' })
  })
})
