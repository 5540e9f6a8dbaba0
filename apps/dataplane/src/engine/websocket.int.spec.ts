import { once } from 'node:events'
import type { PluginDefinition } from '@biplane/plugins/handlers'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { openConnections, type Upstream } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()

describe('a WebSocket', () => {
  async function echoSockets(): Promise<Upstream> {
    const upstream = await upstreamThat(open, (_request, response) => response.writeHead(426).end('no'))
    const sockets = new WebSocketServer({ server: upstream.server })
    sockets.on('connection', (socket) =>
      socket.on('message', (text, binary) => socket.send(text, { binary })),
    )
    return upstream
  }

  it('carries messages both ways, whatever is applied meanwhile', async () => {
    const gateway = await gatewayTo(open, await echoSockets())
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/chat`)
    const [upgrade] = await once(socket, 'upgrade')
    expect(upgrade.headers).toMatchObject({ via: 'kong/3.4.0', upgrade: 'websocket' })
    for (const text of ['one', 'x'.repeat(300_000)]) {
      socket.send(text)
      const [echoed] = await once(socket, 'message')
      expect(String(echoed)).toBe(text)
      gateway.serve()
    }
    socket.close()
    await once(socket, 'close')
  })

  it('on which nothing comes or goes for the read_timeout of its service is closed, and no other', async () => {
    const upstream = await echoSockets()
    const gateway = await gatewayTo(open, upstream, { read_timeout: 1500 })
    const [idle, busy] = ['/idle', '/busy'].map(
      (path) => new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`),
    )
    if (idle === undefined || busy === undefined) throw new Error('there are two')
    await Promise.all([once(idle, 'open'), once(busy, 'open')])
    const talk = setInterval(() => busy.send('still there'), 100)
    await once(idle, 'close')
    expect(busy.readyState).toBe(WebSocket.OPEN)
    clearInterval(talk)
    await once(busy, 'close')
    await expect.poll(() => openConnections(upstream.server)).toBe(0)
  })

  it('is refused by a plugin on its handshake', async () => {
    const gateway = await gatewayTo(open, await echoSockets())
    gateway.put('plugins', { name: 'request-termination', config: { status_code: 403 } })
    gateway.serve()
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`)
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(403)
  })

  it('that the upstream refuses is an ordinary response', async () => {
    const upstream = await upstreamThat(open, (_request, response) => response.writeHead(426).end('no'))
    upstream.server.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno'),
    )
    const gateway = await gatewayTo(open, upstream)
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`)
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(400)
  })

  it('that the upstream accepts and a plugin refuses leaves no connection open', async () => {
    const upstream = await echoSockets()
    const refuser: PluginDefinition = {
      name: 'refuser',
      priority: 1,
      create: () => ({ response: () => ({ status: 403 }) }),
    }
    const gateway = await gatewayTo(open, upstream, {}, { plugins: [refuser] })
    gateway.plug('refuser')
    gateway.serve()
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`)
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(403)
    await expect.poll(() => openConnections(upstream.server)).toBe(0)
  })

  it('is asked for again when an upstream breaks off, as any request', async () => {
    const upstream = await upstreamThat(open)
    let asked = 0
    upstream.server.on('upgrade', (_request, socket) => {
      asked += 1
      socket.destroy()
    })
    const gateway = await gatewayTo(open, upstream, { retries: 2 })
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`)
    const [, response] = await once(socket, 'unexpected-response')
    expect([response.statusCode, asked]).toEqual([502, 3])
  })

  it('that nobody asked for is no valid response', async () => {
    const upstream = await upstreamThat(open, (request) =>
      request.socket.write('HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n'),
    )
    upstream.server.on('connection', (socket) => socket.on('error', () => undefined))
    const gateway = await gatewayTo(open, upstream, { retries: 0 })
    expect((await fetch(gateway.url)).status).toBe(502)
    await expect.poll(() => openConnections(upstream.server)).toBe(0)
  })
})
