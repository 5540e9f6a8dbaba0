import { once } from 'node:events'
import https from 'node:https'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { generateCertificate } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Gateway } from '../fixtures/a-gateway.ts'
import { openConnections, type Upstream } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()
const MEGABYTE = 1 << 20
const UPGRADE =
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
const ACCEPTED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

/** An upstream that accepts every tunnel, and what it holds at its end of them. */
async function tunnelsTo(accept: (socket: Duplex, head: Buffer) => void): Promise<Upstream> {
  const upstream = await upstreamThat(open)
  upstream.server.on('upgrade', (_request, socket, head) => {
    // A server's sockets stay half open, until it ends them too.
    socket.on('error', () => undefined).on('end', () => socket.end())
    socket.write(ACCEPTED)
    accept(socket, head)
  })
  return upstream
}

async function tunnelThrough({ port }: Gateway): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined)
  socket.write(UPGRADE)
  return socket
}

/** How many bytes come behind the head, until the end. */
async function received(socket: Duplex, pauseMs: number): Promise<number> {
  const all = Buffer.concat(await slowly(socket, pauseMs))
  return all.byteLength - all.indexOf('\r\n\r\n') - 4
}

/** Reads piece by piece, so that what is on its way piles up. */
async function slowly(socket: Duplex, pauseMs: number): Promise<Buffer[]> {
  const pieces: Buffer[] = []
  for await (const piece of socket) {
    pieces.push(piece)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return pieces
}

describe('a tunnel', () => {
  it('loses nothing of what its upstream said before it left, however slowly the client reads', async () => {
    const gateway = await gatewayTo(open, await tunnelsTo((socket) => socket.end(Buffer.alloc(8 * MEGABYTE))))
    const client = await tunnelThrough(gateway)
    expect(await received(client, 4)).toBe(8 * MEGABYTE)
    client.destroy()
  })

  it('loses nothing of what its client said before it left, however slowly the upstream reads', async () => {
    const heard = Promise.withResolvers<number>()
    const upstream = await tunnelsTo((socket) => {
      void slowly(socket, 4).then((pieces) => heard.resolve(Buffer.concat(pieces).byteLength))
    })
    const client = await tunnelThrough(await gatewayTo(open, upstream))
    await once(client, 'data')
    client.end(Buffer.alloc(8 * MEGABYTE))
    expect(await heard.promise).toBe(8 * MEGABYTE)
  })

  it('carries what either side sends right behind its head', async () => {
    const upstream = await tunnelsTo((socket, head) => {
      socket.write(`at once, ${head}`)
      socket.on('data', (more) => socket.write(more))
    })
    const { port } = await gatewayTo(open, upstream)
    const client = net.connect(port, '127.0.0.1')
    client.write(`${UPGRADE}hello`)
    let heard = ''
    client.on('data', (piece) => {
      heard += piece
    })
    await expect.poll(() => heard).toMatch(/at once, .*hello$/)
    client.destroy()
  })

  it('takes no more from one side than the other one does', async () => {
    let written = 0
    const upstream = await tunnelsTo((socket) => {
      const piece = Buffer.alloc(MEGABYTE)
      const more = (): void => {
        while (written < 64) {
          written += 1
          if (!socket.write(piece)) return void socket.once('drain', more)
        }
      }
      more()
    })
    const client = await tunnelThrough(await gatewayTo(open, upstream))
    await once(client, 'readable')
    for (let last = -1; last !== written; ) {
      last = written
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(written).toBeLessThan(32)
    client.destroy()
  })

  it.each<[string, (client: net.Socket, upstream: Duplex) => Duplex]>([
    ['client', (client) => client],
    ['upstream', (_client, upstream) => upstream],
  ])('is gone at both ends as soon as its %s breaks off', async (_who, breaking) => {
    const accepted = Promise.withResolvers<Duplex>()
    const upstream = await tunnelsTo((socket) => accepted.resolve(socket))
    const client = await tunnelThrough(await gatewayTo(open, upstream))
    const far = await accepted.promise
    await once(client, 'data')
    const left = Promise.all([once(client.resume(), 'close'), once(far.resume(), 'close')])
    breaking(client, far).destroy()
    // The other side of a half-open connection is told, and ends what is left of it.
    client.on('end', () => client.end())
    await left
    await expect.poll(() => openConnections(upstream.server)).toBe(0)
  })
})

describe('a WebSocket', () => {
  /** Both ends of one, each speaking the protocol by itself. */
  async function bothEnds(gateway: Gateway, sockets: WebSocketServer, options = {}) {
    const scheme = 'wss' in options ? 'wss' : 'ws'
    const near = new WebSocket(`${scheme}://127.0.0.1:${gateway.port}/`, ['chat', 'other'], {
      rejectUnauthorized: false,
      ...options,
    })
    const [[far]] = await Promise.all([once(sockets, 'connection'), once(near, 'open')])
    return { near, far: far as WebSocket }
  }

  async function aWebSocket() {
    const upstream = await upstreamThat(open)
    const sockets = new WebSocketServer({ server: upstream.server, perMessageDeflate: true })
    return bothEnds(await gatewayTo(open, upstream), sockets)
  }

  it('is agreed on by its ends: subprotocol, extensions, pings, pieces, big frames', async () => {
    const { near, far } = await aWebSocket()
    expect([near.protocol, near.extensions]).toEqual(['chat', 'permessage-deflate'])
    near.ping('ping')
    expect(String((await once(far, 'ping'))[0])).toBe('ping')
    // `ws` answers by itself.
    expect(String((await once(near, 'pong'))[0])).toBe('ping')
    far.ping()
    await once(near, 'ping')
    const message = once(far, 'message')
    for (const [piece, fin] of [
      ['a', false],
      ['b', false],
      ['c', true],
    ] as const)
      near.send(piece, { fin })
    expect(String((await message)[0])).toBe('abc')
    const big = Buffer.alloc(4 * MEGABYTE, 'x')
    const echoed = once(near, 'message')
    far.send(big, { compress: false })
    expect(big.equals((await echoed)[0])).toBe(true)
    near.terminate()
  })

  it.each<[string, 'near' | 'far']>([
    ['client', 'near'],
    ['upstream', 'far'],
  ])('is closed with the code and the words of its %s', async (_who, closing) => {
    const { near, far } = await aWebSocket()
    const codes = Promise.all([once(near, 'close'), once(far, 'close')])
    const ends = { near, far }
    ends[closing].close(4321, 'enough')
    expect((await codes).map(([code, why]) => [code, String(why)])).toEqual([
      [4321, 'enough'],
      [4321, 'enough'],
    ])
  })

  it('goes over TLS on both sides', async () => {
    const { cert, key } = await generateCertificate({
      commonName: 'ws',
      dnsNames: ['localhost'],
      days: 1,
      now: new Date(),
    })
    const server = https.createServer({ cert, key })
    const sockets = new WebSocketServer({ server })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({ [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) })
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const gateway = await gatewayTo(open, { port }, { protocol: 'https' }, { tls: { cert, key } })
    const { near, far } = await bothEnds(gateway, sockets, { wss: true })
    near.send('secret')
    expect(String((await once(far, 'message'))[0])).toBe('secret')
    far.close()
    await once(near, 'close')
  })

  it('meets the plugins in its handshake only, and is logged when it is over', async () => {
    const told: string[] = []
    const upstream = await upstreamThat(open)
    const sockets = new WebSocketServer({ server: upstream.server })
    const watcher = {
      name: 'watcher',
      priority: 1,
      create: () => ({
        needs: { responseBody: { limit: 1000 } },
        access: () => void told.push('access'),
        response: () => void told.push('response'),
        body: () => void told.push('body'),
        log: () => void told.push('log'),
      }),
    }
    const gateway = await gatewayTo(open, upstream, {}, { plugins: [watcher] })
    gateway.plug('watcher')
    gateway.serve()
    const { near, far } = await bothEnds(gateway, sockets)
    far.send('frame')
    await once(near, 'message')
    expect(told).toEqual(['access', 'response'])
    near.close()
    await expect.poll(() => told).toEqual(['access', 'response', 'log'])
  })
})
