import { once } from 'node:events'
import type http from 'node:http'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()

describe('a client', () => {
  it.each([
    ['speaks no HTTP', 'nonsense\r\n\r\n', '400 Bad Request'],
    ['names no host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
    ['names two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', '400 Bad Request'],
    ['sends a head that is too long', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, '400'],
    [
      'asks for a trace',
      'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      '405 Method Not Allowed',
    ],
    ['speaks HTTP/1.0 without a host', 'GET / HTTP/1.0\r\n\r\n', '200 OK'],
    ['asks for h2c, which is not spoken here', H2C, '200 OK'],
    ['asks for an absolute URL', 'GET http://a/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', '200 OK'],
  ])('that %s', async (_what, sent, status) => {
    const gateway = await gatewayTo(open, await upstreamThat(open))
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write(sent)
    let answer = ''
    for await (const chunk of socket) answer += chunk
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
  })
})

describe('a client that is hung up on', () => {
  it.each([
    ['for nonsense', 'nonsense\r\n\r\n'],
    [
      'after a refused WebSocket',
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
  ])('%s cannot keep its half of the connection', async (_what, sent) => {
    const gateway = await gatewayTo(open, await upstreamThat(open))
    const socket = net.connect({ port: gateway.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => undefined)
    socket.resume().write(sent)
    await once(socket, 'end')
    const nagging = setInterval(() => socket.write('x'), 20)
    await new Promise((resolve) => socket.on('close', resolve))
    clearInterval(nagging)
  })
})

it('a client that goes before a plugin asks for its body is not counted for ever', async () => {
  const gone = Promise.withResolvers<undefined>()
  const nothing = () => undefined
  const plugins = [
    { name: 'waiting', priority: 2, create: () => ({ access: () => gone.promise }) },
    {
      name: 'reading',
      priority: 1,
      create: () => ({ needs: { requestBody: { limit: 1000 } }, access: nothing }),
    },
  ]
  const gateway = await gatewayTo(open, await upstreamThat(open), {}, { plugins })
  for (const { name } of plugins) gateway.plug(name)
  gateway.serve()
  const socket = net.connect(gateway.port, '127.0.0.1')
  socket.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody')
  await expect.poll(() => gateway.counters.total('inFlight'), { timeout: 60_000 }).toBe(1)
  socket.destroy()
  await expect.poll(() => gateway.counters.total('active'), { timeout: 60_000 }).toBe(0)
  gone.resolve(undefined)
  await expect.poll(() => gateway.counters.total('inFlight'), { timeout: 60_000 }).toBe(0)
})

describe('closing', () => {
  it('waits for nobody who has not said a word', { timeout: 30_000 }, async () => {
    const gateway = await gatewayTo(open, await upstreamThat(open))
    const socket = net.connect(gateway.port, '127.0.0.1').resume()
    await expect.poll(() => gateway.counters.total('active'), { timeout: 20_000 }).toBe(1)
    const closed = gateway.close(60_000)
    await once(socket, 'end')
    expect(await closed).toEqual({ requests: 0, tunnels: 0 })
  })

  it('lets a request in flight finish, and accepts no other', async () => {
    const asked = Promise.withResolvers<http.ServerResponse>()
    const upstream = await upstreamThat(open, (_request, response) => asked.resolve(response))
    const gateway = await gatewayTo(open, upstream)
    const pending = fetch(gateway.url)
    const response = await asked.promise
    const closed = gateway.close(5_000)
    await expect(fetch(gateway.url)).rejects.toThrow()
    response.end('in time')
    expect(await (await pending).text()).toBe('in time')
    await closed
  })

  it('answers all that a client has sent ahead, and only then closes its connection', async () => {
    const asked: http.ServerResponse[] = []
    const upstream = await upstreamThat(open, (_request, response) => asked.push(response))
    const gateway = await gatewayTo(open, upstream)
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
    await expect.poll(() => asked.length, { timeout: 60_000 }).toBe(2)
    const closed = gateway.close(60_000)
    for (const response of asked) response.end(response.req.url)
    let answers = ''
    for await (const chunk of socket) answers += chunk
    expect(answers.match(/HTTP\/1.1 \d+|^Connection: .*|^\/\d/gm)).toEqual([
      'HTTP/1.1 200',
      'Connection: keep-alive',
      '/1',
      'HTTP/1.1 200',
      'Connection: close',
      '/2',
    ])
    await closed
  })

  it.each([
    ['waits for a tunnel until an end of it goes, also for one that opens meanwhile', 60_000, 0],
    ['cuts a tunnel that stays', 300, 1],
  ])('%s', async (_what, graceMs, tunnels) => {
    const asked = Promise.withResolvers<Duplex>()
    const upstream = await upstreamThat(open)
    upstream.server.on('upgrade', (_request, socket) => {
      socket.resume().on('end', () => socket.end())
      asked.resolve(socket)
    })
    const gateway = await gatewayTo(open, upstream)
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write(WEBSOCKET)
    const opening = await asked.promise
    const closed = gateway.close(graceMs)
    opening.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await once(socket, 'data')
    if (tunnels === 0) opening.end()
    expect(await closed).toEqual({ requests: 0, tunnels })
  })

  it('breaks off what has not become a tunnel in time', async () => {
    const asked = Promise.withResolvers<void>()
    const upstream = await upstreamThat(open)
    upstream.server.on('upgrade', (_request, socket) => {
      socket.resume().on('end', () => socket.end())
      asked.resolve()
    })
    const gateway = await gatewayTo(open, upstream)
    net.connect(gateway.port, '127.0.0.1').resume().write(WEBSOCKET)
    await asked.promise
    expect(await gateway.close(50)).toEqual({ requests: 1, tunnels: 0 })
  })

  it('breaks off what does not finish in time', async () => {
    const asked = Promise.withResolvers<void>()
    const upstream = await upstreamThat(open, () => asked.resolve())
    const gateway = await gatewayTo(open, upstream)
    const pending = fetch(gateway.url)
    await asked.promise
    const [cut] = await Promise.all([gateway.close(50), expect(pending).rejects.toThrow()])
    expect(cut).toEqual({ requests: 1, tunnels: 0 })
  })
})

const WEBSOCKET =
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
const H2C =
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n'
