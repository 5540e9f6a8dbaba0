import { getCACertificates } from 'node:tls'
import type { Settings } from '@biplane/service'
import type { ForwardProxy } from './forward-proxy.ts'

export type ProxySettings = Partial<
  Pick<
    Settings<'dataplane'>,
    'cluster_use_proxy' | 'proxy_server' | 'proxy_server_ssl_verify' | 'lua_ssl_trusted_certificate'
  >
>

/** The proxy that stands between a node and its hubs; null where there is none. */
export function forwardProxy(settings: ProxySettings): ForwardProxy | null {
  const { cluster_use_proxy, proxy_server, proxy_server_ssl_verify: verify = true } = settings
  if (!cluster_use_proxy || !proxy_server) return null
  const { secure, ...proxy } = proxy_server
  return { ...proxy, tls: secure ? { verify, authorities: authoritiesOf(settings) } : null }
}

function authoritiesOf({ lua_ssl_trusted_certificate: trusted = ['system'] }: ProxySettings): string[] {
  return trusted.flatMap((one) => (one === 'system' ? getCACertificates('system') : [one]))
}
