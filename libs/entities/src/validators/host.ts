/** What stands where a host is expected. An IPv6 address is without its brackets. */
type Address =
  | { readonly type: 'name' | 'ipv4' | 'ipv6'; readonly host: string; readonly port: number | null }
  | { readonly type: 'invalid'; readonly message: string }

const NO_PORT = 'must not have a port'
const BAD_PORT = 'invalid port number'

/** A host name or an IP address without a port, as in `services.host`. */
export function hostProblem(host: string): string | undefined {
  const address = readAddress(host)
  return address.type === 'invalid' ? refusal(host, address.message) : portProblem(address)
}

/** A host that a port may follow, as in `upstreams.host_header`. */
export function hostWithPortProblem(host: string): string | undefined {
  const address = readAddress(host)
  return address.type === 'invalid' ? address.message : undefined
}

/**
 * A host as in `routes.hosts`: a wildcard label may stand for the first or the last, and a port may follow. What is said
 * of it shows, as Kong's words do, what was put in the wildcard's place.
 */
export function wildcardHostProblem(host: string): string | undefined {
  return hostWithPortProblem(host.replaceAll('*', 'abc'))
}

/** A name that a client can send as the TLS server name. */
export function sniProblem(name: string): string | undefined {
  const address = readAddress(name)
  if (address.type === 'invalid') return refusal(name, address.message)
  return address.type === 'name' ? portProblem(address) : 'must not be an IP'
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

/** Where no port may be, it does not matter that it is a bad one. */
function refusal(text: string, message: string): string {
  return message === BAD_PORT ? NO_PORT : `invalid value: ${text}`
}

function portProblem({ port }: { readonly port: number | null }): string | undefined {
  return port === null ? undefined : NO_PORT
}

/** Kong tells the three sorts apart by their characters alone, so `1.2.3.400` is a bad IPv4 address and not a name. */
export function readAddress(text: string): Address {
  if (text.split(':').length > 2) return readIpv6(text)
  if (/^[\d.:]+$/.test(text) && /\d|\./.test(text)) return readIpv4(text)
  const [, host = text, port] = /^(.*):(\d+)$/s.exec(text) ?? []
  if (port !== undefined && Number(port) > HIGHEST_PORT) return { type: 'invalid', message: BAD_PORT }
  if (!isHostName(host)) return { type: 'invalid', message: `invalid hostname: ${text}` }
  return { type: 'name', host, port: port === undefined ? null : Number(port) }
}

const HIGHEST_PORT = 65535

/** Leading zeros are allowed, and mean nothing. */
function readIpv4(text: string): Address {
  const [, address, port] = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d+))?$/.exec(text) ?? []
  const bytes = address?.split('.').map(Number) ?? []
  if (address === undefined || bytes.some((byte) => byte > 255))
    return { type: 'invalid', message: `invalid ipv4 address: ${text}` }
  if (port !== undefined && Number(port) > HIGHEST_PORT) return { type: 'invalid', message: BAD_PORT }
  return { type: 'ipv4', host: bytes.join('.'), port: port === undefined ? null : Number(port) }
}

/** Eight groups, of which `::` stands for those that are nought; no zone and no IPv4 address at the end. Written out in full. */
function readIpv6(text: string): Address {
  const [, bracketed, rest = ''] = /^\[(.*)\](.*)$/s.exec(text) ?? []
  const [, port] = /^:(\d*)$/.exec(rest) ?? []
  if (rest !== '' && port === undefined) return { type: 'invalid', message: 'invalid ipv6 address' }
  if (port === '' || Number(port ?? 0) > HIGHEST_PORT) return { type: 'invalid', message: BAD_PORT }
  const groups = writtenOut(bracketed ?? text)
  if (groups === undefined) return { type: 'invalid', message: `invalid ipv6 address: ${text}` }
  return { type: 'ipv6', host: groups, port: port === undefined ? null : Number(port) }
}

function writtenOut(address: string): string | undefined {
  const closed = address.replace(/^:/, '0:').replace(/:$/, ':0')
  const missing = 9 - closed.split(':').length
  const whole = closed.replace('::', `:${'0:'.repeat(Math.max(0, missing))}`)
  if (!/^[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}$/i.test(whole)) return undefined
  return whole
    .toLowerCase()
    .split(':')
    .map((group) => group.padStart(4, '0'))
    .join(':')
}

/** Letters, digits, `-` and `_` in labels that do not end in `-`; a final dot is that of a fully qualified name. */
function isHostName(name: string): boolean {
  if (!/^[\w.-]+$/.test(name)) return false
  const labels = (name.endsWith('.') ? name.slice(0, -1) : name).split('.')
  return labels.every((label) => label !== '' && !label.endsWith('-'))
}
