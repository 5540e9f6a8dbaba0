import { isIP } from 'node:net'
import type { ActiveChecks } from './checks.ts'

/** Where a probe goes. */
export interface Probed {
  readonly ip: string
  readonly port: number
  /** What the target is called. */
  readonly host: string
}

/** The whole request of a probe, as Kong writes it, one character a byte. */
export function probeRequest({ path, headers, host }: ActiveChecks, to: Probed): string {
  const name = host ?? (to.host.includes(':') ? `[${to.host}]` : to.host)
  const lines = [...headers, ['Host', name] as const].map(
    ([field, value]) => `${field}: ${bytesOf(value.replace(LINE_ENDS, ' '))}\r\n`,
  )
  return `GET ${path} HTTP/1.0\r\n${lines.join('')}\r\n`
}

/** The status of an answer by its first line; 0 where it is no answer in HTTP. */
export function statusOf(line: string): number {
  const [, status = '0'] = /^HTTP\/\d+\.\d+\s+(\d{3})(?!\d)/.exec(line) ?? []
  return Number(status)
}

/** Whom a TLS server is asked for; undefined where that is an address, which cannot be asked for. */
export function serverNameOf({ serverName, host }: ActiveChecks, to: Probed): string | undefined {
  const name = serverName ?? host?.replace(/:\d+$/, '') ?? to.host
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) === 0 ? name : undefined
}

/** And what else is no text. */
const LINE_ENDS = /\p{Cc}+/gu

function bytesOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
}
