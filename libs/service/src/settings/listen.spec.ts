import { describe, expect, it } from 'vitest'
import { surroundings } from '../fixtures.ts'
import { addresses, formatAddress, listens, proxyListens, streamListens } from './listen.ts'

const reading = { ...surroundings(), prefix: '/', given: true }
const plain = { ssl: false, http2: false, reuseport: false, udp: false, proxy_protocol: false, backlog: null }

describe('listens', () => {
  it.each<[string, object[]]>([
    ['off', []],
    ['127.0.0.1:8001', [{ ...plain, host: '127.0.0.1', port: 8001 }]],
    ['[::1]:80 ssl', [{ ...plain, host: '::1', port: 80, ssl: true }]],
    ['localhost:0', [{ ...plain, host: 'localhost', port: 0 }]],
    [
      '0.0.0.0:8443 deferred bind so_keepalive=on ssl',
      [{ ...plain, host: '0.0.0.0', port: 8443, ssl: true }],
    ],
    [
      '0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 http2 ssl reuseport backlog=16384',
      [
        {
          host: '0.0.0.0',
          port: 8000,
          ssl: false,
          http2: false,
          reuseport: true,
          udp: false,
          proxy_protocol: false,
          backlog: 16384,
        },
        {
          host: '0.0.0.0',
          port: 8443,
          ssl: true,
          http2: true,
          reuseport: true,
          udp: false,
          proxy_protocol: false,
          backlog: 16384,
        },
      ],
    ],
  ])('%s', (text, value) => {
    expect(listens.parse(text, reading)).toEqual({ value })
  })

  it.each([
    '8000',
    '0.0.0.0',
    '0.0.0.0:65536',
    '::1:80',
    '[1.2.3.4]:80',
    '0.0.0.0:80 tls',
    'off, off',
    ',',
    'a:1 proxy_protocol',
  ])('refuses %s', (text) => {
    expect(listens.parse(text, reading)).toHaveProperty('wrong')
  })
})

describe('proxyListens', () => {
  it('take proxy_protocol too', () => {
    const value = [{ ...plain, host: '0.0.0.0', port: 80, proxy_protocol: true }]
    expect(proxyListens.parse('0.0.0.0:80 proxy_protocol', reading)).toEqual({ value })
  })
})

describe('streamListens', () => {
  it('take what streams come by', () => {
    const listen = { ...plain, host: '0.0.0.0', port: 5000 }
    expect(
      streamListens.parse('0.0.0.0:5000 ssl proxy_protocol backlog=9, 0.0.0.0:5000 udp reuseport', reading),
    ).toEqual({
      value: [
        { ...listen, ssl: true, proxy_protocol: true, backlog: 9 },
        { ...listen, udp: true, reuseport: true },
      ],
    })
  })

  it.each(['a:1 http2', 'a:1 udp ssl', 'a:1 udp proxy_protocol', 'a:1 udp backlog=1'])(
    'refuse %s',
    (text) => {
      expect(streamListens.parse(text, reading)).toHaveProperty('wrong')
    },
  )
})

describe('addresses', () => {
  it('keeps the order', () => {
    expect(addresses.parse('b.example:8005, [fe80::1]:1', reading)).toEqual({
      value: [
        { host: 'b.example', port: 8005 },
        { host: 'fe80::1', port: 1 },
      ],
    })
  })

  it.each(['b.example', 'b.example:0', 'a:1 ssl', ''])('refuses "%s"', (text) => {
    expect(addresses.parse(text, reading)).toHaveProperty('wrong')
  })
})

it.each([
  [{ host: '::1', port: 80 }, '[::1]:80'],
  [{ host: 'a.example', port: 80 }, 'a.example:80'],
])('formats %j as %s', (address, text) => {
  expect(formatAddress(address)).toBe(text)
})
