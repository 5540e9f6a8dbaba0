import { describe, expect, it } from 'vitest'
import { HeaderBlock } from './header-block.ts'
import { stripRequestHops, stripResponseHops } from './hop-by-hop.ts'

describe('stripRequestHops', () => {
  it.each<[string, string[], string[]]>([
    [
      'what Connection names',
      ['Connection', 'close, X-Mine', 'X-Mine', '1', 'X-Other', '2'],
      ['X-Other', '2'],
    ],
    ['several Connection lines', ['connection', 'a', 'CONNECTION', 'b', 'A', '1', 'B', '2'], []],
    ['a header called Close stays', ['Connection', 'close', 'Close', 'x'], ['Close', 'x']],
    ['framing and expectations', ['Transfer-Encoding', 'chunked', 'Expect', '100-continue'], []],
    ['trailers that will not come', ['Trailer', 'Expires'], []],
    [
      'proxy matters',
      ['Proxy', 'x', 'Proxy-Connection', 'y', 'Proxy-Authorization', 'z'],
      ['Proxy-Authorization', 'z'],
    ],
    ['an upgrade', ['Connection', 'Upgrade', 'Upgrade', 'h2c'], []],
    ['TE without trailers', ['TE', 'deflate'], []],
    ['TE keeps trailers', ['TE', 'trailers, deflate;q=0.5'], ['TE', 'trailers']],
    ['TE keeps trailers that are weighed', ['TE', 'gzip', 'TE', 'Trailers ; q=0.5'], ['TE', 'trailers']],
  ])('%s', (_what, flat, left) => {
    const headers = new HeaderBlock(flat)
    stripRequestHops(headers)
    expect(headers.toFlat()).toEqual(left)
  })
})

describe('stripResponseHops', () => {
  it('takes out what the upstream says to this hop only', () => {
    const flat = [
      'Connection',
      'X-Mine',
      'X-Mine',
      '1',
      'Keep-Alive',
      'timeout=5',
      'Trailer',
      'x',
      'Server',
      's',
    ]
    const headers = new HeaderBlock(flat)
    stripResponseHops(headers, { trailers: false, websocket: false })
    expect(headers.toFlat()).toEqual(['Server', 's'])
  })

  it('leaves what is a matter of requests', () => {
    const flat = ['Proxy', 'a', 'Proxy-Authenticate', 'Basic', 'TE', 'b', 'Expect', 'c']
    const headers = new HeaderBlock(flat)
    stripResponseHops(headers, { trailers: false, websocket: false })
    expect(headers.toFlat()).toEqual(flat)
  })

  it('takes out what is said to a server in front, and leaves the rest of it', () => {
    const headers = new HeaderBlock([
      'X-Accel-Redirect',
      '/x',
      'X-Accel-Buffering',
      'no',
      'X-Accel-Mine',
      '1',
    ])
    stripResponseHops(headers, { trailers: false, websocket: false })
    expect(headers.toFlat()).toEqual(['X-Accel-Mine', '1'])
  })

  it.each([
    [{ trailers: true, websocket: false }, ['Trailer', 'X-Sum']],
    [{ trailers: false, websocket: true }, ['Upgrade', 'WebSocket']],
    [{ trailers: false, websocket: false }, []],
  ])('leaves what the client asked for: %j', (wishes, left) => {
    const headers = new HeaderBlock(['Trailer', 'X-Sum', 'Upgrade', 'WebSocket'])
    stripResponseHops(headers, wishes)
    expect(headers.toFlat()).toEqual(left)
  })
})
