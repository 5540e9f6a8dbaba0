import { isIP } from 'node:net'

/** What a connection begins with that somebody in between has opened for a client, by the PROXY protocol. */
export type ProxyHead =
  | {
      readonly kind: 'whole'
      /** The client's IP address; null where it is not told, as for checks of the one in between itself. */
      readonly client: string | null
      /** How many bytes it has. */
      readonly length: number
    }
  /** More has to come. */
  | { readonly kind: 'part' }
  | { readonly kind: 'malformed' }

const PART: ProxyHead = { kind: 'part' }
const MALFORMED: ProxyHead = { kind: 'malformed' }

/** A line of version 1, its end included. */
const LONGEST_LINE = 107
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
/** Of version 2: signature, version and command, family and protocol, and the length of the rest. */
const FIXED = 16
/** As Kong's server has it; the rest may hold more than addresses. */
const LONGEST_HEAD = 4096

/** @param bytes what a connection has brought so far */
export function readProxyHead(bytes: Buffer): ProxyHead {
  if (bytes.byteLength === 0) return PART
  const begin = bytes.subarray(0, SIGNATURE.byteLength)
  return begin.equals(SIGNATURE.subarray(0, begin.byteLength)) ? readBinary(bytes) : readLine(bytes)
}

function readLine(bytes: Buffer): ProxyHead {
  const text = bytes.toString('latin1', 0, LONGEST_LINE)
  const end = text.indexOf('\r\n')
  if (!'PROXY '.startsWith(text.slice(0, 6))) return MALFORMED
  if (end === -1) return text.length < LONGEST_LINE ? PART : MALFORMED
  const length = end + 2
  const [, family, source = '', destination = '', sourcePort = '', port = '', ...more] = text
    .slice(0, end)
    .split(' ')
  if (family === 'UNKNOWN') return { kind: 'whole', client: null, length }
  const version = family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : null
  const isSound =
    version !== null &&
    isIP(source) === version &&
    isIP(destination) === version &&
    isPort(sourcePort) &&
    isPort(port) &&
    more.length === 0
  return isSound ? { kind: 'whole', client: source, length } : MALFORMED
}

function isPort(digits: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(digits) && Number(digits) <= 65_535
}

function readBinary(bytes: Buffer): ProxyHead {
  if (bytes.byteLength < FIXED) return PART
  const [command = 0, family = 0] = bytes.subarray(SIGNATURE.byteLength)
  const length = FIXED + bytes.readUInt16BE(FIXED - 2)
  // Version 2, and a command that is known.
  if (command >> 4 !== 2 || (command & 15) > 1 || length > LONGEST_HEAD) return MALFORMED
  if (bytes.byteLength < length) return PART
  const isForwarded = (command & 15) === 1
  const size = ADDRESS_SIZES.get(family >> 4)
  // Of other families, such as local sockets, there is no address to tell.
  if (!isForwarded || size === undefined) return { kind: 'whole', client: null, length }
  if (length < FIXED + 2 * size + 4) return MALFORMED
  return { kind: 'whole', client: addressOf(bytes.subarray(FIXED, FIXED + size)), length }
}

/** By family: IPv4 and IPv6. */
const ADDRESS_SIZES: ReadonlyMap<number, number> = new Map([
  [1, 4],
  [2, 16],
])

function addressOf(bytes: Buffer): string {
  if (bytes.byteLength === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16))
  // In the short form in which the system tells addresses.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
