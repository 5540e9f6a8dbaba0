import { isIPv6 } from 'node:net'

/**
 * Whose tries are counted together: an IPv4 address, or the 64 bits of an IPv6 address that name a network, since one
 * machine may take any address in it.
 */
export function neighbourhood(address: string): string {
  const [plain = ''] = address.split('%', 1) // without the zone of a link-local one
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0')
  const network = [...before, ...zeros, ...after].slice(0, 4)
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** An IPv4 address at the end stands for two. */
function groups(part: string): string[] {
  return part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : group === '' ? [] : [group]))
}
