import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aPair, givenWith, surroundings } from '../fixtures.ts'
import { checkSettings } from './check.ts'
import { apps, type Scope } from './setting.ts'
import { settingRows } from './table.ts'

const pair = await aPair()

function blamed(scope: Scope, more: Readonly<Record<string, string>>): string[] {
  const checked = checkSettings(
    scope,
    givenWith(pair, more),
    surroundings({ '/c.crt': pair.cert, '/c.key': pair.key }),
  )
  return 'problems' in checked ? checked.problems.map(({ setting }) => setting) : []
}

const cp = { role: 'control_plane' }
const dp = { role: 'data_plane', database: 'off' }
const noPair = { cluster_cert: '', cluster_cert_key: '' }

describe('checkSettings, as Kong checks the settings of hybrid mode', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['a traditional node', {}, []],
    ['a control plane', cp, []],
    ['a data plane', dp, []],
    ['an unknown role', { role: 'proxy' }, ['role']],
    ['a control plane without an Admin API', { ...cp, admin_listen: 'off' }, ['admin_listen']],
    ['a control plane that no node can reach', { ...cp, cluster_listen: 'off' }, ['cluster_listen']],
    ['a control plane without a database', { ...cp, database: 'off' }, ['database']],
    ['a data plane with a database', { ...dp, database: 'postgres' }, ['database']],
    ['a data plane of streams alone', { ...dp, proxy_listen: 'off', stream_listen: '0.0.0.0:5000' }, []],
    ['a port of requests and streams', { ...dp, stream_listen: '127.0.0.1:8000' }, ['stream_listen']],
    ['a port of streams twice', { ...dp, stream_listen: '0.0.0.0:5000, [::]:5000 ssl' }, ['stream_listen']],
    ['a port of both transports', { ...dp, stream_listen: '0.0.0.0:5000, 0.0.0.0:5000 udp' }, []],
    ['a data plane that listens nowhere', { ...dp, proxy_listen: 'off' }, ['proxy_listen']],
    ['a control plane without its pair', { ...cp, ...noPair }, ['cluster_cert', 'cluster_cert_key']],
    ['a data plane without its pair', { ...dp, ...noPair }, ['cluster_cert', 'cluster_cert_key']],
    ['pki without an authority on a control plane', { ...cp, cluster_mtls: 'pki' }, ['cluster_ca_cert']],
    ['pki with the trust of the system on a data plane', { ...dp, cluster_mtls: 'pki' }, []],
    [
      'a way to verify that only the enterprise has',
      { ...dp, cluster_mtls: 'pki_check_cn' },
      ['cluster_mtls'],
    ],
    ['an authority that cannot be loaded', { ...dp, cluster_ca_cert: 'path/none.crt' }, ['cluster_ca_cert']],
    ['an unknown OCSP mode', { ...cp, cluster_ocsp: 'maybe' }, ['cluster_ocsp']],
    [
      'a purge delay below the minimum',
      { cluster_data_plane_purge_delay: '59' },
      ['cluster_data_plane_purge_delay'],
    ],
    ['the shortest purge delay', { cluster_data_plane_purge_delay: '60' }, []],
    ['a payload of 8 MiB', { cluster_max_payload: '8388608' }, []],
    ['a payload below 4 MiB', { cluster_max_payload: '4194303' }, ['cluster_max_payload']],
    ['labels on a control plane', { ...cp, cluster_dp_labels: 'a:b' }, ['cluster_dp_labels']],
    ['labels on a data plane', { ...dp, cluster_dp_labels: 'a:b' }, []],
    [
      'a proxy with a password',
      { ...dp, cluster_use_proxy: 'on', proxy_server: 'http://u:p@localhost:2333/' },
      [],
    ],
    ['no proxy to be used', { ...dp, cluster_use_proxy: 'on' }, ['proxy_server']],
    ['a proxy on a control plane', { ...cp, cluster_use_proxy: 'on' }, ['cluster_use_proxy']],
    ['a proxy without a scheme', { proxy_server: '://localhost:2333' }, ['proxy_server']],
    ['a proxy with another scheme', { proxy_server: 'cool://localhost:2333' }, ['proxy_server']],
    ['a proxy with a query', { proxy_server: 'http://localhost:2333/?a=1' }, ['proxy_server']],
    [
      'a delay of replicas that is no number',
      { ...cp, db_update_propagation: 'soon' },
      ['db_update_propagation'],
    ],
    ['an agent of its own', { ...dp, privileged_agent: 'on' }, []],
    ['a pair in files', { ...dp, cluster_cert: '/c.crt', cluster_cert_key: '/c.key' }, []],
  ])('%s', (_what, more, expected) => {
    expect(blamed('kong', more)).toEqual(expected)
  })
})

describe('checkSettings, for one app', () => {
  it.each(apps)('starts %s with certificates alone', (app) => {
    expect(blamed(app, {})).toEqual([])
  })

  it.each([
    ['admin-api', { role: 'data_plane' }, 'role'],
    ['sync-hub', { role: 'traditional' }, 'role'],
    ['dataplane', { role: 'control_plane' }, 'role'],
    ['sync-hub', { cluster_mtls: 'pki' }, 'cluster_ca_cert'],
    ['dataplane', { cluster_cert_accepted: '/none.crt' }, 'cluster_cert_accepted'],
    ['sync-hub', { cluster_ocsp_interval: '0' }, 'cluster_ocsp_interval'],
    ['dataplane', { lua_ssl_trusted_certificate: 'system, /none.crt' }, 'lua_ssl_trusted_certificate'],
    [
      'admin-api',
      { declarative_config: 'a.yaml', declarative_config_string: '{}' },
      'declarative_config_string',
    ],
    [
      'dataplane',
      { declarative_config: 'a.yaml', declarative_config_string: '{}' },
      'declarative_config_string',
    ],
    ['admin-api', { feed_cert: '', feed_cert_key: '' }, 'feed_cert'],
    ['dataplane', { ssl_cert: '/c.crt' }, 'ssl_cert_key'],
    ['dataplane', { client_ssl_cert: '/c.crt' }, 'client_ssl_cert_key'],
    ['dataplane', { client_ssl: 'on' }, 'client_ssl'],
    ['admin-api', { admin_ssl_cert: '/c.crt' }, 'admin_ssl_cert_key'],
    ['admin-api', { admin_ssl_cert: '/c.crt, /c.crt', admin_ssl_cert_key: '/c.key' }, 'admin_ssl_cert_key'],
    ['admin-api', { admin_client_verify: 'on' }, 'admin_client_verify'],
    [
      'admin-api',
      { admin_client_verify: 'optional', admin_client_ca: '/c.crt', admin_listen: '127.0.0.1:1' },
      'admin_client_verify',
    ],
    ['admin-api', { admin_client_ca: '/c.crt' }, 'admin_client_ca'],
    ['admin-api', { admin_client_roles: 'ci:write' }, 'admin_client_roles'],
    ['admin-api', { admin_tokens: '# none' }, 'admin_tokens'],
    ['admin-api', { keyring_enabled: 'on' }, 'keyring_enabled'],
    ['admin-api', { database: 'off', keyring_keys: `k:${'a'.repeat(64)}` }, 'keyring_keys'],
  ] as const)('refuses to start %s with %j', (app, more, setting) => {
    expect(blamed(app, more)).toContain(setting)
  })

  it('starts a control plane without a database, which Kong does not', () => {
    expect(blamed('admin-api', { database: 'off', declarative_config: 'kong.yaml' })).toEqual([])
  })

  it('refuses a certificate for upstreams that OpenSSL does not take', () => {
    const short = { client_ssl_cert: SHORT_CERT, client_ssl_cert_key: SHORT_KEY }
    expect(blamed('dataplane', short)).toEqual(['client_ssl_cert'])
  })

  it('takes several certificates for one listener, in whatever form, each with its key', async () => {
    const other = await aPair()
    const several = {
      admin_ssl_cert_key: `/c.key,${Buffer.from(other.key).toString('base64')}`,
    }
    const files = { admin_ssl_cert: `/c.crt, ${btoa(other.cert)}` }
    expect(blamed('admin-api', { ...several, ...files })).toEqual([])
    const text = { admin_ssl_cert: `subject=CN=a, O=b\n${pair.cert},\n${other.cert}` }
    expect(blamed('admin-api', { ...several, ...text })).toEqual([])
    const mixed = { admin_ssl_cert: `/c.crt,${other.cert} , ${btoa(pair.cert)}` }
    const keys = `/c.key,${other.key},${btoa(pair.key)}`
    expect(blamed('admin-api', { ...mixed, admin_ssl_cert_key: keys })).toEqual([])
    const swapped = { admin_ssl_cert: `${other.cert},${pair.cert}` }
    expect(blamed('admin-api', { ...several, ...swapped })).toEqual(['admin_ssl_cert_key'])
  })

  it('ignores the settings of other apps', () => {
    expect(blamed('dataplane', { database: 'postgres', pg_port: 'x', admin_listen: 'off' })).toEqual([])
  })

  it('reports everything that is wrong at once, even with a wrong role', () => {
    const wrong = { role: 'data_plane', cluster_listen: 'off', cluster_feed: 'nowhere', log_level: 'loud' }
    expect(blamed('sync-hub', wrong).toSorted()).toEqual([
      'cluster_feed',
      'cluster_listen',
      'log_level',
      'role',
    ])
  })

  it('refuses the key of another certificate', async () => {
    expect(blamed('dataplane', { cluster_cert_key: (await aPair()).key })).toEqual(['cluster_cert_key'])
  })

  it('remembers whether the size of the map was set', () => {
    const sizeOf = (more: Record<string, string>) => {
      const checked = checkSettings('dataplane', givenWith(pair, more), surroundings())
      return 'settings' in checked ? checked.settings.lmdb_map_size : checked
    }
    expect(sizeOf({})).toEqual({ bytes: 2048 * 1024 ** 2, limit: false })
    expect(sizeOf({ lmdb_map_size: '2048m' })).toEqual({ bytes: 2048 * 1024 ** 2, limit: true })
  })

  it('has at least two workers unless told otherwise', () => {
    const workersOf = (cores: number, more: Record<string, string> = {}) => {
      const checked = checkSettings('dataplane', givenWith(pair, more), surroundings({}, cores))
      return 'settings' in checked ? checked.settings.nginx_worker_processes : checked
    }
    expect([workersOf(1), workersOf(8), workersOf(8, { nginx_worker_processes: '1' })]).toEqual([2, 8, 1])
  })
})

describe('checkSettings, whatever it is given', () => {
  const names = settingRows.map(([name]) => name)
  const secrets = settingRows.filter(([, { secret }]) => secret).map(([name]) => name)

  it('answers with settings or with problems', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('kong' as const, ...apps),
        fc.dictionary(
          fc.constantFrom(...names),
          fc.oneof(fc.string(), fc.constantFrom('off', 'a:1', '1', '[::1]:1 ssl')),
        ),
        (scope, given) => {
          const checked = checkSettings(scope, new Map(Object.entries(given)), surroundings())
          expect('settings' in checked || checked.problems.length > 0).toBe(true)
        },
      ),
    )
  })

  it.each([
    ['a word', (secret: string) => `x${secret}`],
    ['a URL', (secret: string) => `http://user:${secret}@proxy/path`],
    ['PEM', (secret: string) => `-----BEGIN PRIVATE KEY-----${secret}`],
  ])('never tells a secret in %s', (_form, written) => {
    fc.assert(
      fc.property(fc.constantFrom(...secrets), fc.stringMatching(/^[a-z0-9]{12}$/), (name, secret) => {
        const given = givenWith(pair, { role: 'proxy', [name]: written(secret) })
        const checked = checkSettings('kong', given, surroundings())
        expect(JSON.stringify('problems' in checked ? checked.problems : null)).not.toContain(secret)
      }),
    )
  })

  it.each([
    ['PEM', (key: string) => key],
    ['base64', (key: string) => Buffer.from(key).toString('base64')],
  ])('never tells a private key as %s, whichever setting it was given for', (_form, written) => {
    const key = `-----BEGIN EC PRIVATE KEY-----\nsecret`
    for (const name of names) {
      const text = written(key)
      const checked = checkSettings('kong', givenWith(pair, { role: 'proxy', [name]: text }), surroundings())
      const told = JSON.stringify('problems' in checked ? checked.problems.map(({ value }) => value) : null)
      expect(told).not.toContain(JSON.stringify(text.replace(/\s+/g, ' ')).slice(1, 20))
    }
  })
})

/** Of a curve of 128 bits. */
const SHORT_KEY = `-----BEGIN PRIVATE KEY-----
MFQCAQAwEAYHKoZIzj0CAQYFK4EEABwEPTA7AgEBBBBTaceGVLl1G0s+xIpK/D0d
oSQDIgAExFidRX0m7JVbULUKoWbvStBJZFSr5JwaiCKOviYIk44=
-----END PRIVATE KEY-----
`
const SHORT_CERT = `-----BEGIN CERTIFICATE-----
MIIBKjCB8qADAgECAhR2RK1RKqcgKto0u+eUD1Gy/Q1jmDAKBggqhkjOPQQDAjAM
MQowCAYDVQQDDAFzMCAXDTI2MTEyMzIyMzA1MFoYDzIxMjYxMDMwMjIzMDUwWjAM
MQowCAYDVQQDDAFzMDYwEAYHKoZIzj0CAQYFK4EEABwDIgAExFidRX0m7JVbULUK
oWbvStBJZFSr5JwaiCKOviYIk46jUzBRMB0GA1UdDgQWBBRhg6I1BCB5XzqOkz5Y
Lh6Tm/A41zAfBgNVHSMEGDAWgBRhg6I1BCB5XzqOkz5YLh6Tm/A41zAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCAycAMCQCEFbxlpcK9PqOe+kWPrPB9/ACEAwZ
9rHCa6z7OGFxPtZ56CU=
-----END CERTIFICATE-----
`
