import { describe, expect, it } from 'vitest'
import { flawOf, type RequestHead } from './flaws.ts'

const HEAD: RequestHead = {
  method: 'POST',
  target: '/',
  version: '1.1',
  headers: ['Host', 'a.test'],
  scheme: 'http',
  websocket: false,
}
const withHeaders = (...headers: string[]): Partial<RequestHead> => ({
  headers: ['Host', 'a.test', ...headers],
})

describe('a request that may be served', () => {
  it.each<[string, Partial<RequestHead>]>([
    ['has a length', withHeaders('Content-Length', '3')],
    ['has the largest length', withHeaders('content-length', '999999999999999')],
    ['comes in pieces', withHeaders('transfer-encoding', 'Chunked')],
    ['speaks HTTP/1.0 and names no host', { version: '1.0', headers: [] }],
    ['names a host with a port', { headers: ['Host', 'a.test:8000'] }],
    ['names an IPv6 address', { headers: ['Host', '[::1]:8000'] }],
    ['names a host in UTF-8', { headers: ['Host', 'b\xc3\xbc.test'] }],
    ['asks for the URL of its host', { target: 'HTTP://A.test/x' }],
    ['asks for a URL without a path', { target: 'http://a.test?x' }],
    ['asks for a URL and names no host', { target: 'http://a.test/x', version: '1.0', headers: [] }],
    ['would connect, for which it has an answer of its own', { method: 'CONNECT', target: 'a.test:443' }],
    ['climbs, not above the root', { target: '/a/../?/../..' }],
    ['has a line of 8 KiB', withHeaders('x', 'y'.repeat(8189))],
    ['asks for a target of 8 KiB', { target: `/${'x'.repeat(8177)}` }],
    ['asks for a WebSocket', { websocket: true, ...withHeaders('Content-Length', '0') }],
  ])('%s', (_what, given) => expect(flawOf({ ...HEAD, ...given })).toBeNull())
})

describe('a request that may not be served', () => {
  it.each<[string, Partial<RequestHead>]>([
    ['has a length and pieces', withHeaders('Content-Length', '3', 'Transfer-Encoding', 'chunked')],
    ['has two lengths', withHeaders('Content-Length', '3', 'content-length', '3')],
    ...['', '03', '+3', '-3', '3,3', '0x3', '3 ', '1'.repeat(16)].map(
      (length): [string, Partial<RequestHead>] => [
        `has a length of '${length}'`,
        withHeaders('Content-Length', length),
      ],
    ),
    ...['', 'gzip, chunked', 'identity, chunked', ',chunked', 'chunked,', 'identity', 'xchunked'].map(
      (coding): [string, Partial<RequestHead>] => [
        `is coded '${coding}'`,
        withHeaders('Transfer-Encoding', coding),
      ],
    ),
    ['is coded twice', withHeaders('Transfer-Encoding', 'identity', 'Transfer-Encoding', 'chunked')],
    ['comes in pieces in HTTP/1.0', { version: '1.0', ...withHeaders('Transfer-Encoding', 'chunked') }],
    ...['0.9', '1.2', '2.0'].map((version): [string, Partial<RequestHead>] => [
      `speaks HTTP/${version}`,
      { version },
    ]),
    ['names no host', { headers: [] }],
    ['names two hosts', withHeaders('HOST', 'a.test')],
    ...[
      '',
      ':',
      ':80',
      '.',
      '.:80',
      'a..b',
      'a b',
      'a\tb',
      'a/b',
      'a@b',
      'a\\b',
      'a?b',
      'a#b',
      '"a"',
      'a|b',
    ].map((host): [string, Partial<RequestHead>] => [
      `names the host ${JSON.stringify(host)}`,
      { headers: ['Host', host] },
    ]),
    ...[
      '*',
      'a.test:80',
      'x',
      '?x',
      'http://b.test/',
      'https://a.test/',
      'ftp://a.test/',
      'http://u@a.test/',
      'http:///',
      'http://a.test:80/',
      '/a/../..',
      '/%2e%2e/a?b',
      'http://a.test/../a',
      '/%zz',
    ].map((target): [string, Partial<RequestHead>] => [`asks for ${target}`, { target }]),
    ['asks for a WebSocket with a body', { websocket: true, ...withHeaders('Content-Length', '5') }],
    ['asks for a WebSocket with pieces', { websocket: true, ...withHeaders('Transfer-Encoding', 'chunked') }],
    ['has a line that is too long', withHeaders('x', 'y'.repeat(8190))],
  ])('%s', (_what, given) => expect(flawOf({ ...HEAD, ...given })).toBe('malformed'))

  it('asks for a target that is too long', () => {
    expect(flawOf({ ...HEAD, target: `/${'x'.repeat(8178)}` })).toBe('target-too-long')
  })
})
