import { isIPv6 } from 'node:net'
import type { Row } from '../../client.ts'

/** A target as the control plane writes it: with a port, and an IPv6 address in full. decK compares it like that. */
export function withPort(row: Row): Row {
  const { host = '', port = '8000' } =
    /^(?<host>\[.*\]|[^:]*)(?::(?<port>\d+))?$/.exec(String(row.target))?.groups ?? {}
  const address = host.replace(/^\[|\]$/g, '')
  return { ...row, target: `${isIPv6(address) ? `[${inFull(address)}]` : host}:${port}` }
}

function inFull(address: string): string {
  const [before = '', after] = address.split('::')
  const groups = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'))
  const [head, tail] = [groups(before), groups(after)]
  const gap = after === undefined ? 0 : 8 - head.length - tail.length
  return [...head, ...Array<string>(gap).fill('0'), ...tail].map((group) => group.padStart(4, '0')).join(':')
}
