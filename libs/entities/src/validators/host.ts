import { isIPv4, isIPv6 } from 'node:net'

/** What stands where a host is expected. An IPv6 address is without its brackets. */
type Address =
  | { readonly type: 'name' | 'ipv4' | 'ipv6'; readonly host: string; readonly port: number | null }
  | { readonly type: 'invalid'; readonly message: string }

const NO_PORT = 'must not have a port'

/** A host name or an IP address without a port, as in `services.host`. */
export function hostProblem(host: string): string | undefined {
  const address = readAddress(host)
  if (address.type === 'invalid') return `invalid value: ${host}`
  return address.port === null ? undefined : NO_PORT
}

/** A host that a port may follow, as in `upstreams.host_header`. */
export function hostWithPortProblem(host: string): string | undefined {
  const address = readAddress(host)
  return address.type === 'invalid' ? address.message : undefined
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

/** The name of an SNI: one whole label at either end may be a wildcard, which a certificate is then served for. */
export function wildcardSniProblem(name: string): string | undefined {
  const at = name.indexOf('*')
  if (at === -1) return sniProblem(name)
  if (at !== 0 && at !== name.length - 1) return 'wildcard must be leftmost or rightmost character'
  if (name.indexOf('*', at + 1) !== -1) return 'only one wildcard must be specified'
  return sniProblem(name.replace('*', 'wildcard'))
}

/** The name of an upstream: what the host of a service may be, but no address. */
export function upstreamNameProblem(name: string): string | undefined {
  const address = readAddress(name)
  if (address.type === 'invalid') return `Invalid name ('${name}'); must be a valid hostname`
  if (address.type !== 'name') return `Invalid name ('${name}'); no ip addresses allowed`
  return address.port === null ? undefined : `Invalid name ('${name}'); no port allowed`
}

/** Kong tells the three sorts apart by their characters alone, so `1.2.3.400` is a bad IPv4 address and not a name. */
export function readAddress(text: string): Address {
  if (text.startsWith('[') || text.split(':').length > 2) return readIpv6(text)
  const [, host, port] = /^(.*?)(?::(\d+))?$/s.exec(text) ?? []
  if (host === undefined) return { type: 'invalid', message: `invalid hostname: ${text}` }
  if (port !== undefined && Number(port) > 65535) return { type: 'invalid', message: 'invalid port number' }
  const known = port === undefined ? null : Number(port)
  if (/^[\d.]+$/.test(host)) {
    if (isIPv4(host)) return { type: 'ipv4', host, port: known }
    return { type: 'invalid', message: `invalid ipv4 address: ${text}` }
  }
  if (isHostName(host)) return { type: 'name', host, port: known }
  return { type: 'invalid', message: `invalid hostname: ${text}` }
}

function readIpv6(text: string): Address {
  const [, bracketed, port] = /^\[(.*)\](?::(\d+))?$/s.exec(text) ?? []
  const host = bracketed ?? text
  // A zone means something on one machine only.
  if (!isIPv6(host) || host.includes('%'))
    return { type: 'invalid', message: `invalid ipv6 address: ${text}` }
  if (port !== undefined && Number(port) > 65535) return { type: 'invalid', message: 'invalid port number' }
  return { type: 'ipv6', host, port: port === undefined ? null : Number(port) }
}

/** Letters, digits, `-` and `_` in labels that do not end in `-`; a final dot is that of a fully qualified name. */
function isHostName(name: string): boolean {
  if (!/^[\w.-]+$/.test(name)) return false
  const labels = (name.endsWith('.') ? name.slice(0, -1) : name).split('.')
  return labels.every((label) => label !== '' && !label.endsWith('-'))
}
