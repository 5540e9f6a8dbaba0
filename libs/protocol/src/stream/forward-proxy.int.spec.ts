import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { generateCertificate } from '@biplane/service'
import { afterEach, describe, expect, it } from 'vitest'
import { type ForwardProxy, openTunnel } from './forward-proxy.ts'
import type { Pair } from './index.ts'

const servers = new Set<Server>()
const sockets = new Set<Socket>()
afterEach(() => {
  for (const server of servers) server.close()
  for (const socket of sockets) socket.destroy()
  servers.clear()
  sockets.clear()
})

/** A proxy that does with each connection what it is told to. Returns its port. */
async function aProxy(behave: (socket: Socket) => unknown, pair?: Pair): Promise<number> {
  const accept = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    behave(socket)
  }
  const server = pair === undefined ? createServer(accept) : createTlsServer(pair, accept)
  server.on('tlsClientError', () => undefined)
  servers.add(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port // it listens on TCP
}

/** Answers whatever it is asked with these pieces, one after the other; `asked` is what it was asked. */
function answering(...pieces: string[]) {
  const asked: string[] = []
  const behave = async (socket: Socket) => {
    const [head] = await once(socket, 'data')
    asked.push(String(head))
    for (const piece of pieces) {
      socket.write(piece)
      await pause(5)
    }
  }
  return { asked, behave }
}

const OK = 'HTTP/1.1 200 Connection established\r\n\r\n'

interface Way extends Partial<ForwardProxy> {
  readonly to?: string
  readonly withinMs?: number
  readonly signal?: AbortSignal
}

async function tunnelBy(port: number, way: Way = {}): Promise<Socket> {
  const { to = 'hub.test:8005', withinMs = 30_000, signal = new AbortController().signal, ...rest } = way
  const socket = connect(port, '127.0.0.1')
  sockets.add(socket)
  await once(socket, 'connect')
  const proxy = { host: '127.0.0.1', port, credentials: null, tls: null, ...rest }
  return openTunnel(socket, { proxy, to, withinMs, signal })
}

describe('a tunnel', () => {
  it.each([
    ['hub.test:8005', 'CONNECT hub.test:8005 HTTP/1.1\r\nhost: hub.test:8005\r\n'],
    ['[::1]:8005', 'CONNECT [::1]:8005 HTTP/1.1\r\nhost: [::1]:8005\r\n'],
  ])('to %s is asked for by that name', async (to, head) => {
    const { asked, behave } = answering(OK)
    await tunnelBy(await aProxy(behave), { to })
    expect(asked.join('')).toContain(head)
    expect(asked.join('')).not.toContain('authorization')
  })

  it('is asked for with user and password, as they are meant', async () => {
    const { asked, behave } = answering(OK)
    await tunnelBy(await aProxy(behave), { credentials: { user: 'ü', password: 'p@:/%' } })
    const sent = /^proxy-authorization: Basic (\S+)\r$/m.exec(asked.join(''))?.[1] ?? ''
    expect(Buffer.from(sent, 'base64').toString()).toBe('ü:p@:/%')
  })

  it.each([
    ['a line', [OK]],
    ['pieces', ['HTTP/1.1 2', '00 Fine\r', '\nvia: a\r\nx: ', 'b\r\n', '\r', '\n']],
    ['an older protocol', ['HTTP/1.0 200 OK\r\n\r\n']],
    ['another success', ['HTTP/1.1 204 No Content\r\n\r\n']],
    ['a length, which means nothing here', ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n']],
  ])('is open after an answer of %s', async (_, pieces) => {
    const { behave } = answering(...pieces)
    const port = await aProxy(async (socket) => {
      await behave(socket)
      socket.on('data', (data) => socket.write(`heard ${data}`))
    })
    const tunnel = await tunnelBy(port)
    await pause(20) // what the answering has yet to say
    tunnel.write('me')
    expect(String((await once(tunnel, 'data'))[0])).toBe('heard me')
  })

  it('ends with the proxy', async () => {
    const port = await aProxy(async (socket) => {
      await answering(OK).behave(socket)
      socket.end()
    })
    const tunnel = await tunnelBy(port)
    await once(tunnel.resume(), 'close')
  })
})

describe('a proxy that opens no tunnel', () => {
  it.each([
    [
      'wants other credentials',
      'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 4\r\n\r\nauth',
      /does not accept user and password of proxy_server \(407 Proxy Authentication Required\)/,
    ],
    ['forbids it', 'HTTP/1.1 403 No\r\n\r\n', /does not allow a tunnel to hub\.test:8005 \(403 Forbidden\)/],
    ['cannot reach the hub', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', /cannot reach hub\.test:8005 \(502/],
    ['does not get an answer from there', 'HTTP/1.1 504 x\r\n\r\n', /cannot reach hub\.test:8005 \(504/],
    ['understands nothing', 'HTTP/1.1 400 Bad Request\r\n\r\n', /refused a tunnel .*\(400 Bad Request\)/],
    ['leads elsewhere', 'HTTP/1.1 302 x\r\nlocation: /\r\n\r\n', /refused a tunnel .*\(302 Found\)/],
    ['says something unheard of', 'HTTP/1.1 799 x\r\n\r\n', /refused a tunnel .*\(799\)/],
    ['is none', '220 mail.test ESMTP\r\n', /did not answer in HTTP/],
    ['speaks too long', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}`, /did not answer in HTTP/],
    ['mixes in words of its own', `${OK}<html>`, /sent 6 bytes of its own into the tunnel/],
  ])('because it %s is told so', async (_, answer, reason) => {
    const port = await aProxy(answering(answer).behave)
    const told = tunnelBy(port, { credentials: { user: 'user', password: 'secret' } })
    await expect(told).rejects.toThrow(reason)
    await expect(told).rejects.toThrow(`the proxy 127.0.0.1:${port} `)
    await expect(told).rejects.not.toThrow(/secret/)
  })

  it.each([
    ['at once', (socket: Socket) => socket.end()],
    ['by a reset', (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['half way', (socket: Socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n'))],
  ])('but closes %s is told so', async (_, behave) => {
    await expect(tunnelBy(await aProxy(behave))).rejects.toThrow(/closed the connection|not answer in HTTP/)
  })

  it.each([
    ['silent', () => undefined],
    ['slow', (socket: Socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n'))],
  ])('since it is %s is not waited for longer than it may take', async (_, behave) => {
    const closed = Promise.withResolvers<void>()
    const port = await aProxy((socket) => {
      socket.once('close', () => closed.resolve()).resume()
      behave(socket)
    })
    await expect(tunnelBy(port, { withinMs: 100 })).rejects.toThrow(/opened no tunnel .* in time/)
    await closed.promise
  })

  it('is left when the tunnel is no longer wanted', async () => {
    const closed = Promise.withResolvers<void>()
    const stop = new AbortController()
    const port = await aProxy((socket) => {
      socket.once('close', () => closed.resolve())
      socket.once('data', () => stop.abort(new Error('stopped')))
    })
    await expect(tunnelBy(port, { signal: stop.signal })).rejects.toThrow('stopped')
    await closed.promise
  })
})

describe('a proxy that is spoken to by TLS', () => {
  const aDay = { dnsNames: [], days: 1, now: new Date() }
  const certificates = (async () => {
    const root = await generateCertificate({ ...aDay, commonName: 'authority', authority: true })
    const wish = { ...aDay, commonName: 'proxy', usages: ['server' as const] }
    return {
      root: root.cert,
      named: await generateCertificate({ ...wish, dnsNames: ['proxy.test'] }, root),
      numbered: await generateCertificate({ ...wish, ipAddresses: ['127.0.0.1'] }, root),
      foreign: await generateCertificate({ ...wish, dnsNames: ['proxy.test'] }),
    }
  })()

  it.each([
    ['by its name', 'named', 'proxy.test', true],
    ['by its address', 'numbered', '127.0.0.1', true],
    ['or not at all where none is to be verified', 'foreign', 'proxy.test', false],
  ] as const)('is known %s', async (_, pair, host, verify) => {
    const { root, ...pairs } = await certificates
    const { asked, behave } = answering(OK)
    const port = await aProxy(behave, pairs[pair])
    await tunnelBy(port, { host, tls: { verify, authorities: [root] } })
    expect(asked.join('')).toContain('CONNECT hub.test:8005')
  })

  it.each([
    ['of another authority', 'foreign', 'proxy.test', /no TLS with the proxy proxy\.test:\d+: .*certificate/],
    ['of another name', 'named', 'elsewhere.test', /no TLS with the proxy elsewhere\.test:\d+: .*name/],
    ['of another address', 'named', '127.0.0.1', /no TLS with the proxy 127\.0\.0\.1:\d+: .*IP/],
  ] as const)('with a certificate %s is told nothing', async (_, pair, host, reason) => {
    const { root, ...pairs } = await certificates
    const { asked, behave } = answering(OK)
    const port = await aProxy(behave, pairs[pair])
    const told = tunnelBy(port, {
      host,
      credentials: { user: 'user', password: 'secret' },
      tls: { verify: true, authorities: [root] },
    })
    await expect(told).rejects.toThrow(reason)
    expect(asked).toEqual([])
  })

  it('and knows no TLS is told so', async () => {
    const port = await aProxy(answering('HTTP/1.1 400 Bad Request\r\n\r\n').behave)
    const told = tunnelBy(port, { tls: { verify: false, authorities: [] } })
    await expect(told).rejects.toThrow(/no TLS with the proxy/)
  })
})
