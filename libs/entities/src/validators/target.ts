import { isIPv4 } from 'node:net'
import { readAddress } from './host.ts'

const DEFAULT_PORT = 8000

/** What a request may be sent to: a name or an address, and a port. */
export function targetProblem(target: string): string | undefined {
  if (readAddress(target).type !== 'invalid') return undefined
  return `Invalid target ('${target}'); not a valid hostname or ip address`
}

/** A valid target as it is stored: always with a port, an IPv6 address written out in brackets. */
export function normalTarget(target: string): string {
  const address = readAddress(target)
  if (address.type === 'invalid') return target
  const { type, host, port } = address
  return `${type === 'ipv6' ? `[${writtenOut(host)}]` : host}:${port ?? DEFAULT_PORT}`
}

/** Eight groups of four hexadecimal digits. */
function writtenOut(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::')
  const [before, after] = [groups(head), tail === undefined ? [] : groups(tail)]
  const missing = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...missing, ...after].map((group) => group.padStart(4, '0')).join(':')
}

/** An IPv4 address at the end stands for two groups. */
function groups(part: string): string[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => {
    if (!isIPv4(group)) return group
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
  })
}
