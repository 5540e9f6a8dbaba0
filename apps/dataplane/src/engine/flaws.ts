import { isPathFlawed } from './path-flaw.ts'

/** Why a request is not served, whatever its route. */
export type Flaw = 'malformed' | 'target-too-long' | 'head-too-large' | 'body-too-large' | 'late'

/** The head of a request as it was read. */
export interface RequestHead {
  readonly method: string
  /** As it was sent. */
  readonly target: string
  /** Such as `1.1`; requests of HTTP/2 are told as those of 1.1 would be. */
  readonly version: string
  /** Names and values in turn, one character a byte. */
  readonly headers: readonly string[]
  readonly scheme: 'http' | 'https'
  /** Whether it asks to turn the connection into a WebSocket. */
  readonly websocket: boolean
}

/** One of Kong's four buffers: neither the request line nor a header is longer. */
const LONGEST_LINE = 8 * 1024

/** As newer versions of nginx have it. Whoever sends more means to keep servers busy. */
const MOST_LINES = 1000

/**
 * What an HTTP parser lets through and a gateway must not: whatever another server before or behind it may read otherwise,
 * above all where a request ends (RFC 9112 sections 3.2, 6.1, 6.3 and 11.2).
 */
export function flawOf(head: RequestHead): Flaw | null {
  const { headers, method, target, version, websocket } = head
  if (method.length + target.length + ' '.length * 2 + 'HTTP/1.1'.length > LONGEST_LINE)
    return 'target-too-long'
  if (headers.length > 2 * MOST_LINES) return 'head-too-large'
  const hosts: string[] = []
  const lengths: string[] = []
  const codings: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    const value = headers[i + 1] ?? ''
    if (name.length + value.length + ': '.length > LONGEST_LINE) return 'malformed'
    // Only names of these lengths are of interest, which spares most others the change of case.
    if (name.length === 4 && name.toLowerCase() === 'host') hosts.push(value)
    else if (name.length === 14 && name.toLowerCase() === 'content-length') lengths.push(value)
    else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') codings.push(value)
  }
  const isWellFormed =
    (version === '1.1' || version === '1.0' || version === '2') &&
    isFramingPlain(lengths, codings, version) &&
    !(websocket && (codings.length > 0 || Number(lengths[0] ?? 0) > 0)) &&
    (hosts.length === 1 || (hosts.length === 0 && version === '1.0')) &&
    (hosts[0] === undefined || !NOT_OF_A_HOST.test(hosts[0])) &&
    isTargetPlain(head, hosts[0]) &&
    !isPathFlawed(target)
  return isWellFormed ? null : 'malformed'
}

/** One length or one coding, in the only form that nobody reads otherwise. HTTP/1.0 knows no codings. */
function isFramingPlain(lengths: readonly string[], codings: readonly string[], version: string): boolean {
  if (lengths.length + codings.length > 1) return false
  const [length] = lengths
  const [coding] = codings
  // More digits could mean another number to whoever counts in 53 or 64 bits.
  if (length !== undefined) return /^(0|[1-9]\d{0,14})$/.test(length)
  return coding === undefined || (version === '1.1' && coding.toLowerCase() === 'chunked')
}

/** Delimiters of a URL, which move the end of a host for those who parse it as one; control characters and spaces; no name. */
const NOT_OF_A_HOST = /[\0-\x20\x7f/\\@?#<>"^`{|}]|\.\.|^\.?(?::|$)/

/** A path, or a URL of this scheme and host. */
function isTargetPlain({ method, target, scheme }: RequestHead, host: string | undefined): boolean {
  // It is refused for what it is.
  if (method === 'CONNECT' || target.startsWith('/')) return true
  const [, named, authority = ''] = /^([a-z]+):\/\/([^/?#]*)/i.exec(target) ?? []
  if (named?.toLowerCase() !== scheme || authority === '' || NOT_OF_A_HOST.test(authority)) return false
  return host === undefined || authority.toLowerCase() === host.toLowerCase()
}
