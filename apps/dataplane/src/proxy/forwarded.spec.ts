import { describe, expect, it } from 'vitest'
import { clientAddresses } from './client-address.ts'
import { setForwardedHeaders } from './forwarded.ts'
import { HeaderBlock } from './header-block.ts'

const arrival = { peer: '10.0.0.9', scheme: 'http' as const, host: 'A.test:8000', port: 8000, path: '/a/b' }
const sent = {
  'X-Forwarded-For': '1.1.1.1',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Prefix': '/forged',
  'X-Real-IP': '2.2.2.2',
}

function forwarded(trusted_ips: string[], incoming: Record<string, string>, prefix: string | null) {
  const headers = new HeaderBlock(Object.entries(incoming).flat())
  const trust = clientAddresses({ trusted_ips, real_ip_header: 'X-Real-IP', real_ip_recursive: false })
  setForwardedHeaders(headers, arrival, trust({ peer: arrival.peer, proxied: null, headers }), prefix)
  return Object.fromEntries(headers.entries())
}

describe('setForwardedHeaders', () => {
  it('replaces what an untrusted client says, and appends its address', () => {
    expect(forwarded([], sent, null)).toEqual({
      'x-forwarded-for': '1.1.1.1, 10.0.0.9',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'a.test',
      'x-forwarded-port': '8000',
      'x-forwarded-path': '/a/b',
      'x-real-ip': '10.0.0.9',
    })
  })

  it('keeps what a trusted peer says', () => {
    expect(forwarded(['10.0.0.0/8'], sent, '/a')).toMatchObject({
      'x-forwarded-for': '1.1.1.1, 10.0.0.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/forged',
      'x-real-ip': '2.2.2.2',
    })
  })

  it('names no host where the client named none, whatever it says', () => {
    const headers = new HeaderBlock(['X-Forwarded-Host', 'forged.test'])
    setForwardedHeaders(headers, { ...arrival, host: undefined }, { ip: arrival.peer, trusted: false }, null)
    expect(headers.has('x-forwarded-host')).toBe(false)
  })

  it('names the stripped prefix and the client where nothing was said', () => {
    expect(forwarded([], {}, '/a')).toMatchObject({
      'x-forwarded-prefix': '/a',
      'x-forwarded-for': '10.0.0.9',
    })
  })
})
