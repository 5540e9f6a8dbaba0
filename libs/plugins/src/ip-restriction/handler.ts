import { BlockList, isIP } from 'node:net'
import type { Verdict } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { type IpRestrictionConfig, ipRestrictionSchema } from './schema.ts'

export const ipRestriction = definePlugin<IpRestrictionConfig>({
  name: ipRestrictionSchema.name,
  priority: ipRestrictionSchema.priority,
  create({ allow, deny, status, message }) {
    const isDenied = matcher(deny ?? [])
    const isAllowed = allow !== null && allow.length > 0 ? matcher(allow) : () => true
    const judge = ({ clientIp }: { readonly clientIp: string }) => {
      if (isIP(clientIp) === 0) return UNKNOWN
      if (!isDenied(clientIp) && isAllowed(clientIp)) return undefined
      return { status: status ?? 403, error: message ?? `IP address not allowed: ${clientIp}` }
    }
    return { access: judge, stream: { preread: judge } }
  },
})

/** Of a client that was gone at once. */
const UNKNOWN = { status: 403, error: 'Cannot identify the client IP address' } satisfies Verdict

/** @param ranges addresses and CIDR ranges of both families */
function matcher(ranges: readonly string[]): (ip: string) => boolean {
  if (ranges.length === 0) return () => false
  // Apart, since a list of both finds IPv4 addresses in ranges of IPv6, such as ::/0.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = familyOf(address)
    if (bits === undefined) lists[family].addAddress(address, family)
    else lists[family].addSubnet(address, Number(bits), family)
  }
  return (ip) => {
    const family = familyOf(ip)
    return lists.ipv4.check(ip, family) || (family === 'ipv6' && lists.ipv6.check(ip, family))
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
