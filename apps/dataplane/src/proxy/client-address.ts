import { BlockList, isIP } from 'node:net'
import type { HeaderBlock } from './header-block.ts'

/** Whom a node believes about who the client is. */
export interface TrustSettings {
  /** Addresses and CIDR ranges. */
  readonly trusted_ips: readonly string[]
  /** Or `proxy_protocol`, for what the connection began with. */
  readonly real_ip_header: string
  readonly real_ip_recursive: boolean
}

export interface ClientAddress {
  /** The client's IP address, as well as it is known. */
  readonly ip: string
  /** Whether the TCP peer may say what it forwards. */
  readonly trusted: boolean
}

/** What is known of a client before any trust. */
export interface ClientTold {
  /** The IP address at the other end of the connection. */
  readonly peer: string
  /** The client as the peer named it when it connected, by the PROXY protocol. */
  readonly proxied: string | null
  readonly headers: HeaderBlock
}

/** Compiled once per worker: tells the client of a request. */
export function clientAddresses(settings: TrustSettings): (told: ClientTold) => ClientAddress {
  const { real_ip_header: header, real_ip_recursive: isRecursive } = settings
  if (settings.trusted_ips.length === 0) return ({ peer }) => ({ ip: peer, trusted: false })
  const isTrusted = listed(settings.trusted_ips)
  return ({ peer, proxied, headers }) => {
    if (!isTrusted(peer)) return { ip: peer, trusted: false }
    if (header === 'proxy_protocol') return { ip: proxied ?? peer, trusted: true }
    let ip = peer
    // From the end, where the peer wrote: what stands before an entry is as good as whoever wrote the entry.
    const said = headers.getAll(header).flatMap((value) => value.split(/[ ,]+/).filter((word) => word !== ''))
    for (const word of said.reverse()) {
      const next = addressOf(word)
      if (next === null) break
      ip = next
      if (!isRecursive || !isTrusted(ip)) break
    }
    return { ip, trusted: true }
  }
}

/** Of an address with or without a port. */
function addressOf(word: string): string | null {
  if (isIP(word) !== 0) return word
  const [, v6, v4] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(word) ?? []
  if (v6 !== undefined) return isIP(v6) === 6 ? v6 : null
  return v4 !== undefined && isIP(v4) === 4 ? v4 : null
}

function listed(ranges: readonly string[]): (ip: string) => boolean {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (ip) => {
    const family = isIP(ip)
    return family !== 0 && list.check(ip, family === 6 ? 'ipv6' : 'ipv4')
  }
}
