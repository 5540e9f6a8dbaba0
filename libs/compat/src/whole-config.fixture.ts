import type { JsonObject } from '@biplane/entities'

const SAME = 'same'

/** Configs of a control plane of 3.4.2 by kinds, and what a data plane `dp` gets of them. */
export const wholeConfigs: readonly {
  readonly dp: string
  readonly cp?: string
  readonly given: Readonly<Record<string, readonly JsonObject[]>>
  readonly gets: Readonly<Record<string, readonly JsonObject[]>> | 'same'
}[] = [
  { dp: '3.0.1', given: { plugins: [{ name: 'rate-limiting' }] }, gets: SAME },
  {
    dp: '3.3.1',
    given: {
      plugins: [
        { name: 'rate-limiting', config: { second: 1, sync_rate: 1, policy: 'redis' }, enabled: true },
        { name: 'rate-limiting', config: { minute: 5, sync_rate: -1 } },
      ],
    },
    gets: {
      plugins: [
        { name: 'rate-limiting', config: { second: 1, policy: 'redis' }, enabled: true },
        { name: 'rate-limiting', config: { minute: 5 } },
      ],
    },
  },
  {
    dp: '3.0.1',
    given: { upstreams: [{ name: 'u', slots: 10, use_srv_name: true }] },
    gets: { upstreams: [{ name: 'u', slots: 10 }] },
  },
  { dp: '3.0.1', given: { upstreams: [{ name: 'u', slots: 10 }] }, gets: SAME },
  { dp: '3.1.0', given: { upstreams: [{ name: 'u', slots: 10, use_srv_name: true }] }, gets: SAME },
  {
    dp: '3.1.0',
    given: { upstreams: [{ name: 'u', slots: 10, algorithm: 'latency' }] },
    gets: { upstreams: [{ name: 'u', slots: 10, algorithm: 'round-robin' }] },
  },
  { dp: '3.1.0', given: { upstreams: [{ name: 'u', slots: 10, algorithm: 'round-robin' }] }, gets: SAME },
  {
    dp: '3.1.0',
    given: { upstreams: [{ name: 'u', slots: 10, algorithm: 'least-connections' }] },
    gets: SAME,
  },
  {
    dp: '3.1.0',
    given: { upstreams: [{ name: 'u', slots: 10, algorithm: 'consistent-hashing' }] },
    gets: SAME,
  },
  { dp: '3.2.0', given: { upstreams: [{ name: 'u', slots: 10, algorithm: 'latency' }] }, gets: SAME },
  {
    dp: '3.0.0',
    given: {
      upstreams: [
        { name: 'u', slots: 10, algorithm: 'latency', use_srv_name: true },
        { name: 'b', slots: 10, algorithm: 'round-robin' },
      ],
    },
    gets: {
      upstreams: [
        { name: 'u', slots: 10, algorithm: 'round-robin' },
        { name: 'b', slots: 10, algorithm: 'round-robin' },
      ],
    },
  },
  {
    dp: '3.1.0',
    given: {
      plugins: [
        { name: 'cors', config: {}, instance_name: 'my-cors' },
        { name: 'correlation-id', config: {}, instance_name: 'my-correlation-id' },
      ],
    },
    gets: {
      plugins: [
        { name: 'cors', config: {} },
        { name: 'correlation-id', config: {} },
      ],
    },
  },
  {
    dp: '3.1.1',
    given: { plugins: [{ name: 'cors', config: {}, instance_name: null }] },
    gets: { plugins: [{ name: 'cors', config: {} }] },
  },
  { dp: '3.2.0', given: { plugins: [{ name: 'cors', config: {}, instance_name: 'x' }] }, gets: SAME },
  {
    dp: '3.1.0',
    given: {
      services: [
        {
          name: 's',
          host: 'h',
          port: 1,
          protocol: 'https',
          client_certificate: 'c1',
          tls_verify: true,
          tls_verify_depth: 1,
          ca_certificates: ['ca1'],
        },
      ],
    },
    gets: SAME,
  },
  { dp: '3.1.0', given: { services: [{ name: 's', host: 'h', port: 1, protocol: 'tls' }] }, gets: SAME },
  {
    dp: '3.1.0',
    given: { services: [{ name: 's', host: 'h', port: 1, protocol: 'tls', tls_verify: false }] },
    gets: SAME,
  },
  {
    dp: '3.1.0',
    given: { services: [{ name: 's', host: 'h', port: 1, protocol: 'tls', tls_verify: null }] },
    gets: { services: [{ name: 's', host: 'h', port: 1, protocol: 'tls' }] },
  },
  {
    dp: '3.2.0',
    given: {
      services: [
        {
          name: 's',
          host: 'h',
          port: 1,
          protocol: 'tls',
          client_certificate: 'c1',
          tls_verify: true,
          tls_verify_depth: 1,
          ca_certificates: ['ca1'],
        },
      ],
    },
    gets: SAME,
  },
  {
    dp: '3.2.2',
    given: { vaults: [{ name: 'env', prefix: 'my-env', config: { prefix: 'kong-vault-' } }] },
    gets: { vaults: [{ name: 'env', prefix: 'my-env', config: { prefix: 'kong_vault_' } }] },
  },
  {
    dp: '3.2.2',
    given: { vaults: [{ name: 'env', prefix: 'my-env', config: { prefix: 'kong_' } }] },
    gets: SAME,
  },
  { dp: '3.2.2', given: { vaults: [{ name: 'env', prefix: 'a', config: null }] }, gets: SAME },
  { dp: '3.3.0', given: { vaults: [{ name: 'env', prefix: 'a', config: { prefix: 'x-y' } }] }, gets: SAME },
  {
    dp: '3.2.2',
    given: { ca_certificates: [{ id: '1', name: 'n', updated_at: 1541088353 }] },
    gets: { ca_certificates: [{ id: '1', name: 'n' }] },
  },
  {
    dp: '3.2.2',
    given: { consumers: [{ id: '1', name: 'n', updated_at: 1541088353 }] },
    gets: { consumers: [{ id: '1', name: 'n' }] },
  },
  {
    dp: '3.2.2',
    given: { targets: [{ id: '1', name: 'n', updated_at: 1541088353 }] },
    gets: { targets: [{ id: '1', name: 'n' }] },
  },
  {
    dp: '3.2.2',
    given: { upstreams: [{ id: '1', name: 'n', updated_at: 1541088353 }] },
    gets: { upstreams: [{ id: '1', name: 'n' }] },
  },
  {
    dp: '3.2.2',
    given: { snis: [{ id: '1', name: 'n', updated_at: 1541088353 }] },
    gets: { snis: [{ id: '1', name: 'n' }] },
  },
  { dp: '3.2.2', given: { services: [{ id: '1', name: 'n', updated_at: 1541088353 }] }, gets: SAME },
  { dp: '3.2.2', given: { routes: [{ id: '1', name: 'n', updated_at: 1541088353 }] }, gets: SAME },
  { dp: '3.2.2', given: { vaults: [{ id: '1', name: 'n', updated_at: 1541088353 }] }, gets: SAME },
  { dp: '3.2.2', given: { keys: [{ id: '1', name: 'n', updated_at: 1541088353 }] }, gets: SAME },
  { dp: '3.3.0', given: { consumers: [{ id: '1', updated_at: 1 }] }, gets: SAME },
  { dp: '3.2.2', given: { consumers: [{ id: '1', updated_at: null }] }, gets: { consumers: [{ id: '1' }] } },
  {
    dp: '3.0.0',
    given: {
      plugins: [
        {
          name: 'rate-limiting',
          config: { second: 1, policy: 'local', error_code: 403, error_message: 'go away!', sync_rate: -1 },
          updated_at: 1,
          instance_name: 'rl',
        },
        { name: 'cors', config: { origins: ['*'] }, updated_at: 1, instance_name: null },
      ],
      services: [{ name: 's', host: 'h', port: 1, protocol: 'https', updated_at: 5, enabled: true }],
      upstreams: [{ name: 'u', slots: 10, algorithm: 'latency', use_srv_name: true, updated_at: 2 }],
      consumers: [{ username: 'a', updated_at: 3 }],
    },
    gets: {
      plugins: [
        { name: 'rate-limiting', config: { second: 1, policy: 'local' } },
        { name: 'cors', config: { origins: ['*'] } },
      ],
      services: [{ name: 's', host: 'h', port: 1, protocol: 'https', updated_at: 5, enabled: true }],
      upstreams: [{ name: 'u', slots: 10, algorithm: 'round-robin' }],
      consumers: [{ username: 'a' }],
    },
  },
  {
    dp: '3.1.0',
    given: {
      plugins: [
        {
          name: 'rate-limiting',
          config: { second: 1, policy: 'local', error_code: 403, error_message: 'go away!', sync_rate: -1 },
          updated_at: 1,
          instance_name: 'rl',
        },
        { name: 'cors', config: { origins: ['*'] }, updated_at: 1, instance_name: null },
      ],
      services: [{ name: 's', host: 'h', port: 1, protocol: 'https', updated_at: 5, enabled: true }],
      upstreams: [{ name: 'u', slots: 10, algorithm: 'latency', use_srv_name: true, updated_at: 2 }],
      consumers: [{ username: 'a', updated_at: 3 }],
    },
    gets: {
      plugins: [
        {
          name: 'rate-limiting',
          config: { second: 1, policy: 'local', error_code: 403, error_message: 'go away!' },
        },
        { name: 'cors', config: { origins: ['*'] } },
      ],
      services: [{ name: 's', host: 'h', port: 1, protocol: 'https', updated_at: 5, enabled: true }],
      upstreams: [{ name: 'u', slots: 10, algorithm: 'round-robin', use_srv_name: true }],
      consumers: [{ username: 'a' }],
    },
  },
  {
    dp: '3.4.1000',
    given: {
      plugins: [
        {
          name: 'rate-limiting',
          config: { second: 1, policy: 'local', error_code: 403, error_message: 'go away!', sync_rate: -1 },
          updated_at: 1,
          instance_name: 'rl',
        },
        { name: 'cors', config: { origins: ['*'] }, updated_at: 1, instance_name: null },
      ],
      services: [{ name: 's', host: 'h', port: 1, protocol: 'https', updated_at: 5, enabled: true }],
      upstreams: [{ name: 'u', slots: 10, algorithm: 'latency', use_srv_name: true, updated_at: 2 }],
      consumers: [{ username: 'a', updated_at: 3 }],
    },
    gets: SAME,
  },
  {
    dp: '3.4.2-enterprise-version',
    given: {
      plugins: [
        {
          name: 'rate-limiting',
          config: { second: 1, policy: 'local', error_code: 403, error_message: 'go away!', sync_rate: -1 },
          updated_at: 1,
          instance_name: 'rl',
        },
        { name: 'cors', config: { origins: ['*'] }, updated_at: 1, instance_name: null },
      ],
      services: [{ name: 's', host: 'h', port: 1, protocol: 'https', updated_at: 5, enabled: true }],
      upstreams: [{ name: 'u', slots: 10, algorithm: 'latency', use_srv_name: true, updated_at: 2 }],
      consumers: [{ username: 'a', updated_at: 3 }],
    },
    gets: SAME,
  },
  { dp: '3.0.0', given: { plugins: [] }, gets: SAME },
]
