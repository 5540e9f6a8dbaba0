import { readAddress } from './host.ts'

const DEFAULT_PORT = 8000

/** What a request may be sent to: a name or an address, and a port. */
export function targetProblem(target: string): string | undefined {
  if (readAddress(target).type !== 'invalid') return undefined
  return `Invalid target ('${target}'); not a valid hostname or ip address`
}

/** One address of a target: an IP with its port. */
export function addressProblem(text: string): string | undefined {
  const address = readAddress(text)
  if ((address.type === 'ipv4' || address.type === 'ipv6') && address.port !== null) return undefined
  return `not an ip address with a port: ${text}`
}

/** A valid target as it is stored: always with a port, an IPv6 address written out in brackets. */
export function normalTarget(target: string): string {
  const address = readAddress(target)
  if (address.type === 'invalid') return target
  const { type, host, port } = address
  return `${type === 'ipv6' ? `[${host}]` : host}:${port ?? DEFAULT_PORT}`
}
