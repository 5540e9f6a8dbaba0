import { describe, expect, it } from 'vitest'
import { readProxyHead } from './proxy-head.ts'

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n'

function binary(command: number, family: number, rest: string): string {
  const fixed = Buffer.from([command, family, rest.length >> 8, rest.length & 255])
  return SIGNATURE + fixed.toString('latin1') + rest
}

const PORTS = '\x9c\x40\x01\xbb'
const V4 = binary(0x21, 0x11, `\xc0\xa8\x00\x01\x0a\x00\x00\x01${PORTS}`)
const V6 = binary(0x21, 0x21, `\x20\x01\x0d\xb8${'\0'.repeat(11)}\x01${'\0'.repeat(15)}\x01${PORTS}`)
const bytes = (text: string) => Buffer.from(text, 'latin1')

describe('a head of the PROXY protocol', () => {
  it.each<[string, string, string | null]>([
    ['a line for IPv4', 'PROXY TCP4 192.168.0.1 10.0.0.1 40000 443\r\n', '192.168.0.1'],
    ['a line for IPv6', 'PROXY TCP6 2001:db8::1 ::1 40000 443\r\n', '2001:db8::1'],
    ['a line that tells nothing', 'PROXY UNKNOWN\r\n', null],
    ['a line that tells nothing at length', 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', null],
    ['binary for IPv4', V4, '192.168.0.1'],
    ['binary for IPv6', V6, '2001:db8::1'],
    [
      'binary with more than addresses',
      binary(0x21, 0x11, `\xc0\xa8\x00\x01\x0a\x00\x00\x01${PORTS}more`),
      '192.168.0.1',
    ],
    ['binary of the one in between itself', binary(0x20, 0, ''), null],
    ['binary for a local socket', binary(0x21, 0x31, 'x'.repeat(216)), null],
  ])('is read: %s', (_what, head, client) => {
    expect(readProxyHead(bytes(`${head}GET / HTTP/1.1`))).toEqual({
      kind: 'whole',
      client,
      length: head.length,
    })
    for (let length = 0; length < head.length; length++)
      expect(readProxyHead(bytes(head.slice(0, length)))).toEqual({ kind: 'part' })
  })

  it.each([
    ['none', 'GET / HTTP/1.1\r\n\r\n'],
    ['a TLS greeting', '\x16\x03\x01'],
    ['lower case', 'proxy TCP4 192.168.0.1 10.0.0.1 40000 443\r\n'],
    ['another family', 'PROXY UDP4 192.168.0.1 10.0.0.1 40000 443\r\n'],
    ['an address of another family', 'PROXY TCP6 192.168.0.1 10.0.0.1 40000 443\r\n'],
    ['no address', 'PROXY TCP4 localhost 10.0.0.1 40000 443\r\n'],
    ['a port too high', 'PROXY TCP4 192.168.0.1 10.0.0.1 65536 443\r\n'],
    ['too few words', 'PROXY TCP4 192.168.0.1 10.0.0.1 40000\r\n'],
    ['too many words', 'PROXY TCP4 192.168.0.1 10.0.0.1 40000 443 1\r\n'],
    ['two spaces', 'PROXY TCP4  192.168.0.1 10.0.0.1 40000 443\r\n'],
    ['no end', `PROXY UNKNOWN ${'x'.repeat(107)}`],
    ['another version', binary(0x11, 0x11, `12345678${PORTS}`)],
    ['another command', binary(0x22, 0x11, `12345678${PORTS}`)],
    ['too short for its addresses', binary(0x21, 0x11, '12345678')],
    ['too long', binary(0x21, 0x11, 'x'.repeat(4081))],
  ])('is malformed: %s', (_what, head) => {
    expect(readProxyHead(bytes(head))).toEqual({ kind: 'malformed' })
  })
})
