import { BlockList, isIPv6 } from 'node:net'

/** @param address of a connection itself, whatever headers say; a client that is gone has none */
export function isLoopback(address = ''): boolean {
  return LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')
