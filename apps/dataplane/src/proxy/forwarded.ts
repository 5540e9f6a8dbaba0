import type { ClientAddress } from './client-address.ts'
import type { HeaderBlock } from './header-block.ts'

/** What a request says of how it came. */
export interface Arrival {
  readonly peer: string
  readonly scheme: 'http' | 'https'
  /** The raw Host value. */
  readonly host: string | undefined
  /** The port the client connected to. */
  readonly port: number
  /** The raw path without query. */
  readonly path: string
}

/**
 * Tells the upstream who asked, and for what. A client that is not trusted cannot forge any of it, but for the head of
 * X-Forwarded-For, to which its own address is appended.
 */
export function setForwardedHeaders(
  headers: HeaderBlock,
  arrival: Arrival,
  client: ClientAddress,
  strippedPrefix: string | null,
): void {
  const own: readonly (readonly [name: string, value: string | null])[] = [
    ['X-Forwarded-Proto', arrival.scheme],
    ['X-Forwarded-Host', arrival.host === undefined ? null : hostName(arrival.host)],
    ['X-Forwarded-Port', String(arrival.port)],
    ['X-Forwarded-Path', arrival.path],
    ['X-Forwarded-Prefix', strippedPrefix],
  ]
  const before = headers.getAll('x-forwarded-for').join(', ')
  headers.set('X-Forwarded-For', before === '' ? client.ip : `${before}, ${arrival.peer}`)
  for (const [name, value] of own) {
    if (client.trusted && headers.has(name)) continue
    if (value === null) headers.remove(name)
    else headers.set(name, value)
  }
  headers.set('X-Real-IP', client.ip)
}

/** What `X-Forwarded-Host` says, and redirects use: lower case, without port. */
export function hostName(host: string | undefined): string {
  return (host ?? '').replace(/:\d*$/, '').toLowerCase()
}
