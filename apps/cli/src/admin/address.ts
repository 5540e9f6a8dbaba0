import { formatAddress, type Listen } from '@biplane/service'

/** Where the Admin API of this machine is reached, from where it listens: without TLS if it does so at all. */
export function adminAddress(listens: readonly Listen[]): string {
  const listen = listens.find(({ ssl }) => !ssl) ?? listens[0]
  if (listen === undefined) return 'http://127.0.0.1:8001'
  const host = EVERYWHERE.get(listen.host) ?? listen.host
  return `${listen.ssl ? 'https' : 'http'}://${formatAddress({ host, port: listen.port })}`
}

const EVERYWHERE = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])
