import { isIPv4, isIPv6 } from 'node:net'

/** An IPv4 or IPv6 address, or a block of them as `address/bits`. */
export function ipOrCidrProblem(text: string): string | undefined {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const width = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
  if (width !== -1 && (bits === undefined || Number(bits) <= width)) return undefined
  return `invalid ip or cidr range: '${text}'`
}

/** One IPv4 or IPv6 address. */
export function ipProblem(text: string): string | undefined {
  return isIPv4(text) || isIPv6(text) ? undefined : `not an ip address: ${text}`
}
