import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import tls from 'node:tls'
import { generateClusterPair } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'
import { ask as askHttp2 } from '../fixtures/http2-client.ts'

const open = closedAfterEach()

const HEAD = 'PROXY TCP4 192.168.0.1 10.0.0.1 56324 443\r\n'
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
const TOLD = { real_ip_header: 'proxy_protocol', trusted_ips: ['127.0.0.1'] }

async function aGatewayBehindOthers(options: Parameters<typeof gatewayTo>[3] = {}) {
  return await gatewayTo(open, await upstreamThat(open), {}, { proxyProtocol: true, trust: TOLD, ...options })
}

async function ask(socket: net.Socket, ...pieces: string[]): Promise<string> {
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString()
  })
  const closed = once(socket, 'close')
  for (const piece of pieces) {
    socket.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await closed
  return answer
}

describe('a listener with proxy_protocol', () => {
  it('takes the client that a trusted peer names, for upstreams too', async () => {
    const { port } = await aGatewayBehindOthers()
    const answer = await ask(net.connect(port, '127.0.0.1'), HEAD + REQUEST)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain('"x-real-ip":"192.168.0.1"')
    expect(answer).toContain('"x-forwarded-for":"192.168.0.1"')
    expect(answer).toContain(`"x-forwarded-port":"${port}"`)
  })

  it('takes a head in pieces, and knows the client at every request of the connection', async () => {
    const { port } = await aGatewayBehindOthers()
    const first = 'GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 8.8.8.8\r\n\r\n'
    const answer = await ask(
      net.connect(port, '127.0.0.1'),
      'PRO',
      'XY TCP4 192.168.0.1 10.0.',
      '0.1 1 2\r\nG',
      `${first.slice(1)}${REQUEST}`,
    )
    expect(answer.match(/"x-real-ip":"192\.168\.0\.1"/g)).toHaveLength(2)
    expect(answer).toContain('"x-forwarded-for":"8.8.8.8, 127.0.0.1"')
  })

  it('does not believe a peer that is not trusted', async () => {
    const { port } = await aGatewayBehindOthers({ trust: { ...TOLD, trusted_ips: ['10.0.0.1'] } })
    const answer = await ask(net.connect(port, '127.0.0.1'), HEAD + REQUEST)
    expect(answer).toContain('"x-real-ip":"127.0.0.1"')
  })

  it('takes it before TLS', async () => {
    const { cert, key } = await generateClusterPair()
    const { port } = await aGatewayBehindOthers({ tls: { cert, key } })
    const socket = net.connect(port, '127.0.0.1')
    socket.write(HEAD)
    const answer = await ask(tls.connect({ socket, rejectUnauthorized: false }), REQUEST)
    expect(answer).toContain('"x-real-ip":"192.168.0.1"')
    expect(answer).toContain('"x-forwarded-proto":"https"')
  })

  it.each(['http', 'https'])('takes it before HTTP/2 at %s', async (scheme) => {
    const pair = await generateClusterPair()
    const over = scheme === 'https' ? { tls: pair } : {}
    const { port } = await aGatewayBehindOthers({ http2: true, ...over })
    const raw = net.connect(port, '127.0.0.1')
    raw.write(HEAD)
    const socket =
      scheme === 'https'
        ? tls.connect({ socket: raw, rejectUnauthorized: false, ALPNProtocols: ['h2'] })
        : raw
    if (socket !== raw) await once(socket, 'secureConnect')
    const session = http2.connect(`${scheme}://a`, { createConnection: () => socket })
    const { status, body } = await askHttp2(session)
    session.destroy()
    expect([status, JSON.parse(body).headers['x-real-ip']]).toEqual([200, '192.168.0.1'])
  })

  it.each([
    ['has none', REQUEST],
    ['has a malformed one', `PROXY TCP4 nobody 10.0.0.1 1 2\r\n${REQUEST}`],
  ])('closes a connection that %s, without a word', async (_what, sent) => {
    const { port } = await aGatewayBehindOthers()
    expect(await ask(net.connect(port, '127.0.0.1'), sent)).toBe('')
  })

  it('forgets a client that leaves in the middle of its head', async () => {
    const gateway = await aGatewayBehindOthers()
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.end('PROXY')
    await once(socket.resume(), 'close')
    expect(await ask(net.connect(gateway.port, '127.0.0.1'), HEAD + REQUEST)).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('waits for no head when it is to close', async () => {
    const gateway = await aGatewayBehindOthers()
    const socket = net.connect(gateway.port, '127.0.0.1')
    await once(socket, 'connect')
    expect(await ask(net.connect(gateway.port, '127.0.0.1'), HEAD + REQUEST)).toMatch(/^HTTP\/1\.1 200 /)
    socket.on('error', () => undefined)
    await Promise.all([gateway.close(60_000), once(socket.resume(), 'close')])
  })
})

describe('port_maps', () => {
  it.each<[string, string[], string]>([
    ['the port that clients connected to', [], '80'],
    ['what a trusted peer says', ['127.0.0.1'], '81'],
  ])('give upstreams %s', async (_what, trusted_ips, told) => {
    const upstream = await upstreamThat(open)
    const ports = new Map<number, number>()
    const gateway = await gatewayTo(
      open,
      upstream,
      {},
      { trust: { trusted_ips }, http: { port_maps: ports } },
    )
    ports.set(gateway.port, 80)
    const response = await fetch(gateway.url, { headers: { 'X-Forwarded-Port': '81' } })
    expect(await response.text()).toContain(`"x-forwarded-port":"${told}"`)
  })
})
