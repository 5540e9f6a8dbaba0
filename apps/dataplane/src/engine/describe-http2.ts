import type { Socket } from 'node:net'
import { arrivalOf } from './describe-request.ts'
import type { IncomingRequest } from './engine.ts'
import { flawOf } from './flaws.ts'

/** A request of HTTP/2 as engines tell it: as HTTP/1.1 would have said the same (RFC 9113 section 8.3.1). */
export function describeHttp2({
  fields,
  socket,
  proxied,
  endsWithHead,
  maxBodyBytes,
}: {
  /** Names and values in turn. What the head of a request may have at all, the session has seen to. */
  readonly fields: readonly string[]
  readonly socket: Socket
  readonly proxied: string | null
  /** Whether nothing follows the head. */
  readonly endsWithHead: boolean
  readonly maxBodyBytes: number
}): IncomingRequest {
  const { method, target, headers, length, hasTwoHosts } = readFields(fields)
  const arrival = arrivalOf(socket)
  const head = { method, target, version: '2', headers, scheme: arrival.scheme, websocket: false } as const
  return {
    ...arrival,
    method,
    target,
    proxied,
    headers,
    hasBody: !endsWithHead && length !== '0',
    websocket: false,
    version: '2',
    flaw:
      (hasTwoHosts ? 'malformed' : flawOf(head)) ??
      (maxBodyBytes > 0 && Number(length ?? 0) > maxBodyBytes ? 'body-too-large' : null),
  }
}

interface Fields {
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  /** That of the body, as it was stated. */
  readonly length: string | undefined
  /** Whether the authority and the Host field name different ones. */
  readonly hasTwoHosts: boolean
}

function readFields(fields: readonly string[]): Fields {
  const pseudo = new Map<string, string>()
  const headers: string[] = []
  const cookies: string[] = []
  let host: string | undefined
  let length: string | undefined
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? ''
    const value = fields[i + 1] ?? ''
    if (name.startsWith(':')) pseudo.set(name, value)
    // Clients split cookies for the sake of compression (section 8.2.3).
    else if (name === 'cookie') cookies.push(value)
    else {
      headers.push(name, value)
      if (name === 'host') host = value
      else if (name === 'content-length') length = value
    }
  }
  const authority = pseudo.get(':authority')
  const isNamedTwice = authority !== undefined && host !== undefined
  if (authority !== undefined && host === undefined) headers.unshift('host', authority)
  if (cookies.length > 0) headers.push('cookie', cookies.join('; '))
  return {
    method: pseudo.get(':method') ?? '',
    // Of CONNECT, which is refused for what it is, there is none.
    target: pseudo.get(':path') ?? authority ?? '',
    headers,
    length,
    hasTwoHosts: isNamedTwice && authority.toLowerCase() !== host?.toLowerCase(),
  }
}
