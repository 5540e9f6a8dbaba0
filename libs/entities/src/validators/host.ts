import { isIPv4, isIPv6 } from 'node:net'

/** What stands where a host is expected. */
type Address =
  | { readonly type: 'name' | 'ipv4' | 'ipv6'; readonly port: number | null }
  | { readonly type: 'invalid'; readonly message: string }

const NO_PORT = 'must not have a port'

/** A host name or an IP address without a port, as in `services.host`. */
export function hostProblem(host: string): string | undefined {
  const address = readAddress(host)
  if (address.type === 'invalid') return `invalid value: ${host}`
  return address.port === null ? undefined : NO_PORT
}

/** A host as in `routes.hosts`: a wildcard label may stand for the first or the last, and a port may follow. */
export function wildcardHostProblem(host: string): string | undefined {
  const address = readAddress(host.replaceAll('*', 'abc'))
  return address.type === 'invalid' ? `invalid hostname: ${host}` : undefined
}

/** A name that a client can send as the TLS server name. */
export function sniProblem(name: string): string | undefined {
  const address = readAddress(name)
  if (address.type === 'invalid') return `invalid value: ${name}`
  if (address.type !== 'name') return 'must not be an IP'
  return address.port === null ? undefined : NO_PORT
}

/** Kong tells the three sorts apart by their characters alone, so `1.2.3.400` is a bad IPv4 address and not a name. */
function readAddress(text: string): Address {
  if (text.startsWith('[') || text.split(':').length > 2) return readIpv6(text)
  const [, host, port] = /^(.*?)(?::(\d+))?$/s.exec(text) ?? []
  if (host === undefined) return { type: 'invalid', message: text }
  if (port !== undefined && Number(port) > 65535) return { type: 'invalid', message: 'invalid port number' }
  const known = port === undefined ? null : Number(port)
  if (/^[\d.]+$/.test(host)) {
    return isIPv4(host) ? { type: 'ipv4', port: known } : { type: 'invalid', message: 'invalid ipv4 address' }
  }
  return isHostName(host) ? { type: 'name', port: known } : { type: 'invalid', message: 'invalid hostname' }
}

function readIpv6(text: string): Address {
  const [, bracketed, port] = /^\[(.*)\](?::(\d+))?$/s.exec(text) ?? []
  if (!isIPv6(bracketed ?? text)) return { type: 'invalid', message: 'invalid ipv6 address' }
  if (port !== undefined && Number(port) > 65535) return { type: 'invalid', message: 'invalid port number' }
  return { type: 'ipv6', port: port === undefined ? null : Number(port) }
}

/** Letters, digits, `-` and `_` in labels that do not end in `-`; a final dot is that of a fully qualified name. */
function isHostName(name: string): boolean {
  if (!/^[\w.-]+$/.test(name)) return false
  const labels = (name.endsWith('.') ? name.slice(0, -1) : name).split('.')
  return labels.every((label) => label !== '' && !label.endsWith('-'))
}
