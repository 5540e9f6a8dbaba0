import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'
import type { Route } from '@biplane/entities'
import type { Endpoint } from './route-request.ts'

/** One of a route's `sources` or `destinations`. */
export type EndpointEntry = NonNullable<Route['sources']>[number]

/** What an entry asks for, the more exact the larger: an address, then a port, then a range of addresses. */
export function exactness({ ip, port }: EndpointEntry): number {
  const range = ip?.includes('/') ? 1 : 8
  return ((ip ?? null) === null ? 0 : range) | ((port ?? null) === null ? 0 : 4)
}

/** @param entries of which one has to hold; none of them are no condition */
export function endpointTest(entries: readonly EndpointEntry[]): (endpoint: Endpoint | undefined) => boolean {
  if (entries.length === 0) return () => true
  const tests = entries.map(entryTest)
  return (endpoint) => endpoint !== undefined && tests.some((holds) => holds(endpoint))
}

function entryTest({ ip, port }: EndpointEntry): (endpoint: Endpoint) => boolean {
  const isThere = ip === null ? () => true : inRange(ip)
  return (endpoint) => (port === null || endpoint.port === port) && isThere(endpoint.ip)
}

/**
 * Whether an address is this one, or in this range (CIDR). What is no address is in none.
 *
 * @param text of IPv4 or IPv6
 */
export function inRange(text: string): (ip: string | undefined) => boolean {
  const [address = '', bits] = text.split('/')
  if (bits === undefined && isIPv4(address)) return (ip) => ip === address
  const list = new BlockList()
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  if (bits === undefined) list.addAddress(address, family)
  else list.addSubnet(address, Number(bits), family)
  return (ip) => {
    const version = ip === undefined ? 0 : isIP(ip)
    // An IPv4 address is not in a range of IPv6, though it could be written as one.
    return ip !== undefined && version === (family === 'ipv6' ? 6 : 4) && list.check(ip, family)
  }
}

/** The values of which an endpoint must have one: ports, where all entries name one, or single addresses. */
export function endpointSign(
  entries: readonly EndpointEntry[],
): { readonly of: 'ip' | 'port'; readonly values: readonly string[] } | null {
  if (entries.length === 0) return null
  const addresses = entries.flatMap(({ ip }) => (ip !== null && isIPv4(ip) ? [ip] : []))
  if (addresses.length === entries.length) return { of: 'ip', values: [...new Set(addresses)] }
  const ports = entries.flatMap(({ port }) => (port === null ? [] : [String(port)]))
  return ports.length === entries.length ? { of: 'port', values: [...new Set(ports)] } : null
}
