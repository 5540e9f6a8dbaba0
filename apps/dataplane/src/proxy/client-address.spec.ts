import { describe, expect, it } from 'vitest'
import { clientAddresses } from './client-address.ts'
import { HeaderBlock } from './header-block.ts'

const PEER = '10.0.0.9'

function clientOf(
  given: { header?: string; recursive?: boolean; trusted?: string[]; proxied?: string },
  ...sent: string[]
) {
  const tell = clientAddresses({
    trusted_ips: given.trusted ?? ['10.0.0.0/8', '::1'],
    real_ip_header: given.header ?? 'X-Forwarded-For',
    real_ip_recursive: given.recursive ?? false,
  })
  const headers = new HeaderBlock(sent.flatMap((value) => ['X-Forwarded-For', value]))
  return tell({ peer: PEER, proxied: given.proxied ?? null, headers })
}

describe('the client of a request', () => {
  it.each<[string, string[], boolean, string]>([
    ['nothing', [], true, PEER],
    ['one address', ['9.9.9.9'], false, '9.9.9.9'],
    ['a list, of which the last counts', ['9.9.9.9, 8.8.8.8, 10.0.0.3'], false, '10.0.0.3'],
    ['a list, of which the last that is not trusted counts', ['9.9.9.9, 8.8.8.8, 10.0.0.3'], true, '8.8.8.8'],
    ['only trusted ones', ['10.0.0.1, 10.0.0.2'], true, '10.0.0.1'],
    ['several lines', ['9.9.9.9, 8.8.8.8', '10.0.0.3,10.0.0.4'], true, '8.8.8.8'],
    ['ports', ['8.8.8.8:15, 10.0.0.3:16'], true, '8.8.8.8'],
    ['IPv6', ['2001:db8::1, ::1'], true, '2001:db8::1'],
    ['IPv6 with ports', ['[2001:db8::1]:80, [::1]:81'], true, '2001:db8::1'],
    ['no address at the end', ['9.9.9.9, unknown'], false, PEER],
    ['no address in the middle', ['9.9.9.9, unknown, 10.0.0.3'], true, '10.0.0.3'],
    ['a port that is none', ['8.8.8.8:http'], false, PEER],
    ['brackets around IPv4', ['[8.8.8.8]:80'], false, PEER],
    ['empty entries', ['8.8.8.8, ,'], false, '8.8.8.8'],
  ])('is told by %s', (_what, sent, recursive, ip) => {
    expect(clientOf({ recursive }, ...sent)).toEqual({ ip, trusted: true })
  })

  it.each<[string, Parameters<typeof clientOf>[0], ReturnType<typeof clientOf>]>([
    ['a peer that is not trusted', { trusted: ['10.0.0.1'] }, { ip: PEER, trusted: false }],
    ['nobody being trusted', { trusted: [] }, { ip: PEER, trusted: false }],
    ['another header', { header: 'X-Real-IP' }, { ip: PEER, trusted: true }],
    [
      'the PROXY protocol',
      { header: 'proxy_protocol', proxied: '7.7.7.7' },
      { ip: '7.7.7.7', trusted: true },
    ],
    ['the PROXY protocol, but not of a header', { header: 'proxy_protocol' }, { ip: PEER, trusted: true }],
    [
      'the PROXY protocol of a peer that is not trusted',
      { header: 'proxy_protocol', proxied: '7.7.7.7', trusted: ['10.0.0.1'] },
      { ip: PEER, trusted: false },
    ],
    ['a header, whatever the PROXY protocol says', { proxied: '7.7.7.7' }, { ip: '9.9.9.9', trusted: true }],
  ])('depends on %s', (_what, given, expected) => {
    expect(clientOf(given, '9.9.9.9')).toEqual(expected)
  })
})
