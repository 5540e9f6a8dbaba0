import { getCACertificates } from 'node:tls'
import type { ForwardProxy } from '@biplane/protocol/stream'
import type { Settings } from '@biplane/service'

export type ProxySettings = Pick<
  Settings<'dataplane'>,
  'cluster_use_proxy' | 'proxy_server' | 'proxy_server_ssl_verify' | 'lua_ssl_trusted_certificate'
>

/** The proxy that stands between this node and its hubs; null where there is none. */
export function forwardProxy(settings: ProxySettings): ForwardProxy | null {
  const { cluster_use_proxy, proxy_server, proxy_server_ssl_verify: verify } = settings
  if (!cluster_use_proxy || proxy_server === null) return null
  const { secure, ...proxy } = proxy_server
  return { ...proxy, tls: secure ? { verify, authorities: authoritiesOf(settings) } : null }
}

function authoritiesOf({ lua_ssl_trusted_certificate: trusted }: ProxySettings): string[] {
  return trusted.flatMap((one) => (one === 'system' ? getCACertificates('system') : [one]))
}
