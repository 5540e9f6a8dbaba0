import { BlockList, isIP } from 'node:net'
import type { HeaderBlock } from './header-block.ts'

/** Whom a node believes about who the client is. */
export interface TrustSettings {
  /** Addresses and CIDR ranges. */
  readonly trusted_ips: readonly string[]
  readonly real_ip_header: string
  readonly real_ip_recursive: boolean
}

export interface ClientAddress {
  /** The client's IP address, as well as it is known. */
  readonly ip: string
  /** Whether the TCP peer may say what it forwards. */
  readonly trusted: boolean
}

/** Compiled once per worker: tells the client of a request from its TCP peer and its headers. */
export function clientAddresses(
  settings: TrustSettings,
): (peer: string, headers: HeaderBlock) => ClientAddress {
  const trusted = new BlockList()
  for (const range of settings.trusted_ips) addRange(trusted, range)
  const isTrusted = (ip: string): boolean => {
    const family = isIP(ip)
    return family !== 0 && trusted.check(ip, family === 6 ? 'ipv6' : 'ipv4')
  }
  if (settings.trusted_ips.length === 0) return (peer) => ({ ip: peer, trusted: false })
  return (peer, headers) => {
    if (!isTrusted(peer)) return { ip: peer, trusted: false }
    const said = headers
      .getAll(settings.real_ip_header)
      .flatMap((value) => value.split(','))
      .map((word) => word.trim())
      .filter((word) => isIP(word) !== 0)
    const client = settings.real_ip_recursive ? said.findLast((ip) => !isTrusted(ip)) : said.at(-1)
    return { ip: client ?? said[0] ?? peer, trusted: true }
  }
}

function addRange(list: BlockList, range: string): void {
  const [address = '', bits] = range.split('/')
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (bits === undefined) list.addAddress(address, family)
  else list.addSubnet(address, Number(bits), family)
}
