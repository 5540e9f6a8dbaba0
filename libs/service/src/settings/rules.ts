import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { formatAddress, type Listen } from './listen.ts'
import type { Scope } from './setting.ts'
import type { SettingName, ValueOf } from './table.ts'

/** What settings say of each other. A rule is asked only where all settings it reads are read by the app and right by themselves. */
export interface Rule {
  readonly reads: readonly SettingName[]
  /** The setting that a problem is reported for. */
  readonly blames: SettingName
  /** Where it holds, if not everywhere. */
  readonly scope?: Scope
  /** The sentence saying what would be right, or null. */
  problem(values: Partial<Record<SettingName, unknown>>): string | null
}

export const rules: readonly Rule[] = [
  rule(['admin_listen', 'role'], ({ admin_listen, role }) =>
    role === 'control_plane' && admin_listen.length === 0
      ? 'a control plane needs an address for the Admin API'
      : null,
  ),
  rule(['cluster_listen', 'role'], ({ cluster_listen, role }) =>
    role === 'control_plane' && cluster_listen.length === 0
      ? 'a control plane needs an address for nodes'
      : null,
  ),
  rule(['feed_listen', 'role'], ({ feed_listen, role }) =>
    role === 'control_plane' && feed_listen.length === 0 ? 'a control plane needs an address for hubs' : null,
  ),
  rule(['proxy_listen', 'stream_listen', 'role'], ({ proxy_listen, stream_listen, role }) =>
    role === 'data_plane' && proxy_listen.length + stream_listen.length === 0
      ? 'a data plane needs an address for clients'
      : null,
  ),
  // The system would give each of the two a part of what comes there.
  rule(['stream_listen', 'proxy_listen'], ({ stream_listen, proxy_listen }) => {
    const twin = stream_listen.find((one, i) =>
      [...proxy_listen, ...stream_listen.slice(0, i)].some((other) => collide(one, other)),
    )
    return twin === undefined
      ? null
      : `${formatAddress(twin)} is listed twice: choose another port for one of them`
  }),
  {
    // As Kong has it. An admin-api feeds its hubs from memory as well.
    ...rule(['database', 'role'], ({ database, role }) => {
      if (role === 'control_plane' && database === 'off')
        return 'a control plane needs a database: use postgres'
      return role === 'data_plane' && database !== 'off' ? 'a data plane has no database: use off' : null
    }),
    scope: 'kong',
  },
  rule(
    ['declarative_config_string', 'declarative_config'],
    ({ declarative_config_string, declarative_config }) =>
      declarative_config_string !== null && declarative_config !== null
        ? 'give declarative_config or declarative_config_string, not both'
        : null,
  ),
  rule(['cluster_ca_cert', 'cluster_mtls', 'role'], ({ cluster_ca_cert, cluster_mtls, role }) =>
    role === 'control_plane' && cluster_mtls === 'pki' && cluster_ca_cert === null
      ? 'cluster_mtls=pki needs the certificate of the authority'
      : null,
  ),
  rule(['cluster_use_proxy', 'role'], ({ cluster_use_proxy, role }) =>
    role === 'control_plane' && cluster_use_proxy
      ? 'only a data plane connects through a proxy: use off'
      : null,
  ),
  rule(['proxy_server', 'cluster_use_proxy', 'role'], ({ proxy_server, cluster_use_proxy, role }) =>
    role === 'data_plane' && cluster_use_proxy && proxy_server === null
      ? 'cluster_use_proxy=on needs the URL of the proxy'
      : null,
  ),
  rule(['cluster_dp_labels', 'role'], ({ cluster_dp_labels, role }) =>
    role !== 'data_plane' && Object.keys(cluster_dp_labels).length > 0
      ? 'only a data plane has labels'
      : null,
  ),
  rule(['admin_client_verify', 'admin_client_ca'], ({ admin_client_verify, admin_client_ca }) =>
    admin_client_verify !== 'off' && admin_client_ca === null
      ? 'asking clients for a certificate needs admin_client_ca, the authority that issued them'
      : null,
  ),
  rule(['admin_client_verify', 'admin_listen'], ({ admin_client_verify, admin_listen }) =>
    admin_client_verify !== 'off' && !admin_listen.some(({ ssl }) => ssl)
      ? 'asking clients for a certificate needs an address with ssl in admin_listen'
      : null,
  ),
  rule(['admin_client_ca', 'admin_client_verify'], ({ admin_client_ca, admin_client_verify }) =>
    admin_client_ca !== null && admin_client_verify === 'off' ? UNASKED : null,
  ),
  rule(['admin_client_roles', 'admin_client_verify'], ({ admin_client_roles, admin_client_verify }) =>
    admin_client_roles.length > 0 && admin_client_verify === 'off' ? UNASKED : null,
  ),
  rule(['keyring_enabled', 'keyring_keys'], ({ keyring_enabled, keyring_keys }) =>
    keyring_enabled && keyring_keys.length === 0 ? 'sealing needs at least one key in keyring_keys' : null,
  ),
  rule(['keyring_keys', 'database'], ({ keyring_keys, database }) =>
    keyring_keys.length > 0 && database === 'off' ? 'there is nothing to seal without a database' : null,
  ),
  rule(['client_ssl', 'client_ssl_cert'], ({ client_ssl, client_ssl_cert }) =>
    client_ssl && client_ssl_cert === null
      ? 'showing upstreams a certificate needs client_ssl_cert and its key'
      : null,
  ),
  rule(['client_ssl_cert', 'client_ssl_cert_key'], ({ client_ssl_cert: cert, client_ssl_cert_key: key }) =>
    cert !== null && key !== null && !isTaken(cert, key)
      ? 'OpenSSL refuses it, for its key is too short or another one: give another pair'
      : null,
  ),
  pair('client_ssl_cert_key', 'client_ssl_cert'),
  pair('feed_cert_key', 'feed_cert'),
  pair('cluster_cert_key', 'cluster_cert'),
  pair('ssl_cert_key', 'ssl_cert'),
  pair('admin_ssl_cert_key', 'admin_ssl_cert'),
  pair('status_ssl_cert_key', 'status_ssl_cert'),
]

const UNASKED = 'this means nothing where no client is asked: set admin_client_verify to optional or on'

/** The first setting named is the one that is blamed. */
function rule<const N extends SettingName>(
  reads: readonly [N, ...N[]],
  problem: (values: { readonly [K in N]: ValueOf<K> }) => string | null,
): Rule {
  // The checker calls a rule only with the parsed value of everything it reads.
  return {
    reads,
    blames: reads[0],
    problem: (values) => problem(values as { readonly [K in N]: ValueOf<K> }),
  }
}

function collide(a: Listen, b: Listen): boolean {
  if (a.udp !== b.udp || a.port === 0 || a.port !== b.port) return false
  return a.host === b.host || [a, b].some(({ host }) => host === '0.0.0.0' || host === '::')
}

/** Settings that hold PEM: one, several or none. */
type PemName = {
  [N in SettingName]: ValueOf<N> extends string | null | readonly string[]
    ? N extends `${string}cert${string}`
      ? N
      : never
    : never
}[SettingName]

function pair(key: PemName, certificate: PemName): Rule {
  return rule([key, certificate], (values) => {
    const keys = several(values[key])
    const certificates = several(values[certificate])
    if (keys.length !== certificates.length) {
      return Math.min(keys.length, certificates.length) === 0
        ? `give both ${certificate} and ${key}, or neither`
        : `give as many keys as ${certificate} has certificates, in the same order`
    }
    const belong = certificates.every((pem, index) =>
      new X509Certificate(pem).checkPrivateKey(createPrivateKey(keys[index] ?? '')),
    )
    return belong ? null : `give the private key that belongs to ${certificate}`
  })
}

/** OpenSSL is the judge of what may be shown: it asks more than that the two belong together. */
function isTaken(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key })
    return true
  } catch {
    // Its words are about its functions; the rule says what is to be done.
    return false
  }
}

function several(value: string | null | readonly string[]): readonly string[] {
  return value === null ? [] : [value].flat()
}
