import { validateHeaderValue } from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http2'

/** What belongs to one connection of HTTP/1, and is malformed in HTTP/2 (RFC 9113 section 8.2.2). */
const OF_HTTP1: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** Of which node:http2 takes one only; a client could but take its pick of two. */
const SINGLE: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
])

/**
 * Header fields as node:http2 takes them, which writes whatever it is given. Those of a connection are left out.
 *
 * @param flat names and values in turn
 * @throws TypeError for a value that cannot be written
 */
export function http2Fields(flat: readonly string[]): OutgoingHttpHeaders {
  // Fields may be called as what every object has.
  const fields: OutgoingHttpHeaders = Object.create(null)
  for (let i = 0; i < flat.length; i += 2) {
    const name = (flat[i] ?? '').toLowerCase()
    const value = flat[i + 1] ?? ''
    if (OF_HTTP1.has(name)) continue
    validateHeaderValue(name, value)
    const before = fields[name]
    if (before === undefined) fields[name] = value
    else if (!SINGLE.has(name)) fields[name] = [before, value].flat().map(String)
  }
  return fields
}
