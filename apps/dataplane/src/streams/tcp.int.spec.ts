import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createSecureContext } from 'node:tls'
import type { JsonObject } from '@biplane/entities'
import { freePort } from '@biplane/tools/postgres'
import { describe, expect, it } from 'vitest'
import { tcpStreamEngine } from '../engine/tcp-streams.ts'
import { aStreamGateway, type StreamGateway } from '../fixtures/a-stream-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { noLimits, usualPatience } from '../fixtures/limits.ts'
import { aServer, echoAs, hear, heardUntilClosed } from './fixtures/a-server.ts'

const open = closedAfterEach()

/** A gateway whose one route, of all that comes to its port, leads there. */
async function gatewayTo(
  service: JsonObject,
  options: Parameters<typeof aStreamGateway>[0] = {},
): Promise<StreamGateway> {
  const gateway = await aStreamGateway(options)
  open.push(gateway)
  const { id } = gateway.put('services', { protocol: 'tcp', host: '127.0.0.1', ...service })
  gateway.put('routes', {
    protocols: ['tcp'],
    destinations: [{ port: gateway.port }],
    service: { id },
  })
  gateway.serve()
  return gateway
}

function client({ port }: Pick<StreamGateway, 'port'>): Socket {
  const socket = connect({ port, host: '127.0.0.1' })
  open.push({
    async [Symbol.asyncDispose]() {
      socket.destroy()
    },
  })
  return socket
}

const silent = (): void => undefined
const said = async (gateway: StreamGateway, text: string) => {
  const socket = client(gateway)
  socket.end(text)
  return heardUntilClosed(socket)
}
const ended = (gateway: StreamGateway, count = 1) =>
  expect.poll(() => gateway.over.length, { timeout: 10_000 }).toBe(count)

describe('a connection of TCP', () => {
  it('is carried both ways, and each side may end before the other one', async () => {
    const { port } = await aServer(open, (socket) => {
      socket.write('hello ')
      void hear(socket).then((heard) => socket.end(`you said ${heard}`))
    })
    const gateway = await gatewayTo({ port })
    expect(await said(gateway, 'so much')).toBe('hello you said so much')
    await ended(gateway)
    const [visit] = gateway.over
    expect(visit?.record).toMatchObject({
      ...{ status: 200, received: 7, sent: 22, upstreamSent: 7, upstreamReceived: 22 },
      ...{
        answeredBy: 'upstream',
        tls: null,
        attempts: [{ ip: '127.0.0.1', port, status: 200, failed: false }],
      },
    })
    await expect.poll(() => gateway.counters.total('active')).toBe(0)
    await expect.poll(() => gateway.counters.total('upstreamConnections')).toBe(0)
  })

  it('is carried whole when it is long and its ends are slow', async () => {
    const bytes = randomBytes(24 * 1024 * 1024)
    const { port, sockets } = await aServer(open, (socket) => socket.pause())
    const gateway = await gatewayTo({ port })
    const socket = client(gateway)
    socket.end(bytes)
    await expect.poll(() => sockets.length).toBe(1)
    // Nobody takes it, so that it stays with the client but for what fits into buffers.
    await expect.poll(() => sockets[0]?.bytesRead ?? 0, { timeout: 10_000 }).toBeGreaterThan(0)
    let before = -1
    const standsStill = (): boolean => {
      const taken = socket.bytesWritten - socket.writableLength
      const isSame = taken === before
      before = taken
      return isSame
    }
    await expect.poll(standsStill, { interval: 200 }).toBe(true)
    expect(before).toBeLessThan(16 * 1024 * 1024)
    const hash = createHash('sha256')
    for await (const chunk of sockets[0] ?? []) hash.update(chunk)
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  it('ends when its upstream breaks off, and its client has what came before', async () => {
    const { port } = await aServer(open, (socket) => socket.write('the beg', () => socket.resetAndDestroy()))
    const gateway = await gatewayTo({ port })
    const socket = client(gateway)
    expect('the beg'.startsWith(await heardUntilClosed(socket))).toBe(true)
    await ended(gateway)
  })

  it('ends with its client, and so does that to the upstream', async () => {
    const { port, sockets } = await aServer(open, echoAs('a'))
    const gateway = await gatewayTo({ port })
    const socket = client(gateway)
    await once(socket, 'data')
    socket.resetAndDestroy()
    await ended(gateway)
    await expect.poll(() => sockets[0]?.closed).toBe(true)
  })

  it('ends when nothing comes for as long as its service allows', async () => {
    const { port } = await aServer(open, echoAs('a'))
    const gateway = await gatewayTo({ port, read_timeout: 300 })
    expect(await heardUntilClosed(client(gateway))).toBe('a:')
    await ended(gateway)
  })

  it('does not end while anything comes, from whomever', async () => {
    const { port } = await aServer(open, silent)
    const gateway = await gatewayTo({ port, read_timeout: 2000 })
    const socket = client(gateway)
    const closed = heardUntilClosed(socket)
    const talking = setInterval(() => socket.write('.'), 100)
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect([gateway.over.length, socket.closed]).toEqual([0, false])
    clearInterval(talking)
    await closed
  })

  it('ends when its upstream takes nothing for as long as its service allows', async () => {
    const { port } = await aServer(open, (socket) => socket.pause())
    const gateway = await gatewayTo({ port, read_timeout: 600_000, write_timeout: 300 })
    const socket = client(gateway)
    socket.write(Buffer.alloc(24 * 1024 * 1024))
    await heardUntilClosed(socket)
    await ended(gateway)
  })

  it('is closed where there is no route, or a route without a service', async () => {
    const gateway = await aStreamGateway()
    open.push(gateway)
    expect(await said(gateway, 'hello')).toBe('')
    gateway.put('routes', { protocols: ['tcp'], destinations: [{ port: gateway.port }] })
    gateway.serve()
    expect(await said(gateway, 'hello')).toBe('')
    await ended(gateway, 2)
    expect(gateway.over.map(({ record }) => [record.status, record.attempts])).toEqual([
      [500, null],
      [500, null],
    ])
  })

  it('is not told of routes of requests', async () => {
    const { port } = await aServer(open, echoAs('a'))
    const gateway = await aStreamGateway()
    open.push(gateway)
    const { id } = gateway.put('services', { host: '127.0.0.1', port })
    gateway.put('routes', { paths: ['/'], service: { id } })
    gateway.serve()
    expect(await said(gateway, 'GET / HTTP/1.1\r\n\r\n')).toBe('')
  })

  it('goes on under another config, which the next one gets', async () => {
    const [one, other] = [await aServer(open, echoAs('one')), await aServer(open, echoAs('other'))]
    const gateway = await gatewayTo({ port: one.port, name: 'it' })
    const socket = client(gateway)
    await once(socket, 'data')
    gateway.remove('routes')
    gateway.remove('services')
    const { id } = gateway.put('services', { protocol: 'tcp', host: '127.0.0.1', port: other.port })
    gateway.put('routes', { protocols: ['tcp'], destinations: [{ port: gateway.port }], service: { id } })
    gateway.serve()
    expect(await said(gateway, 'new')).toBe('other:new')
    socket.end('still here')
    expect(await heardUntilClosed(socket)).toBe('still here')
  })
})

describe('an upstream that is not reached', () => {
  it('is tried as often as its service says, and then the stream is closed', async () => {
    const gone = await aServer(open, silent)
    await gone[Symbol.asyncDispose]()
    const gateway = await gatewayTo({ port: gone.port, retries: 2 })
    expect(await said(gateway, 'hello')).toBe('')
    await ended(gateway)
    const { status, attempts, answeredBy } = gateway.over[0]?.record ?? {}
    expect([status, attempts?.map((one) => one.status), answeredBy]).toEqual([
      502,
      [502, 502, 502],
      'gateway',
    ])
  })

  it('is left for another target, which gets all that the client has said meanwhile', async () => {
    const [gone, there] = [await aServer(open, silent), await aServer(open, echoAs('there'))]
    await gone[Symbol.asyncDispose]()
    const gateway = await gatewayTo({ host: 'pool', port: 1 })
    const upstream = gateway.put('upstreams', { name: 'pool', algorithm: 'least-connections' })
    for (const { port } of [gone, there])
      gateway.put('targets', { target: `127.0.0.1:${port}`, upstream: { id: upstream.id } })
    gateway.serve()
    for (let i = 0; i < 4; i += 1) expect(await said(gateway, 'hello')).toBe('there:hello')
  })

  it('is not asked when no target can be used', async () => {
    const gateway = await gatewayTo({ host: 'pool', port: 1 })
    gateway.put('upstreams', { name: 'pool' })
    gateway.serve()
    expect(await said(gateway, 'hello')).toBe('')
    await ended(gateway)
    expect(gateway.over[0]?.record.status).toBe(503)
  })
})

describe('balancing of streams', () => {
  async function pool(fields: JsonObject) {
    const servers = [await aServer(open, echoAs('a')), await aServer(open, echoAs('b'))]
    const gateway = await gatewayTo({ host: 'pool', port: 1 })
    const { id } = gateway.put('upstreams', { name: 'pool', ...fields })
    for (const { port } of servers) gateway.put('targets', { target: `127.0.0.1:${port}`, upstream: { id } })
    gateway.serve()
    return { servers, gateway }
  }

  it('counts those that are open', async () => {
    const { servers, gateway } = await pool({ algorithm: 'least-connections' })
    for (let i = 0; i < 6; i += 1) await once(client(gateway), 'data')
    expect(servers.map(({ sockets }) => sockets.length)).toEqual([3, 3])
    for (const socket of servers[0]?.sockets ?? []) socket.destroy()
    await ended(gateway, 3)
    for (let i = 0; i < 3; i += 1) await once(client(gateway), 'data')
    expect(servers.map(({ sockets }) => sockets.length)).toEqual([6, 3])
  })

  it('sends a client to where it was before', async () => {
    const { servers, gateway } = await pool({ hash_on: 'ip' })
    for (let i = 0; i < 6; i += 1) await once(client(gateway), 'data')
    expect(servers.map(({ sockets }) => sockets.length).sort()).toEqual([0, 6])
  })
})

describe('a node that is full', () => {
  it('turns connections away', async () => {
    const { port } = await aServer(open, echoAs('a'))
    const gateway = await gatewayTo({ port }, { limits: { connections: 1 } })
    const first = client(gateway)
    await once(first, 'data')
    expect(await heardUntilClosed(client(gateway))).toBe('')
    expect(gateway.counters.total('connectionsRefused')).toBe(1)
    first.end()
    await ended(gateway)
  })

  it('opens no connections to upstreams beyond its bound', async () => {
    const { port, sockets } = await aServer(open, echoAs('a'))
    const gateway = await gatewayTo({ port }, { limits: { upstreamConnections: 1 } })
    await once(client(gateway), 'data')
    expect(await heardUntilClosed(client(gateway))).toBe('')
    expect([sockets.length, gateway.counters.total('shed upstream_connections')]).toEqual([1, 1])
  })
})

describe('a stop', () => {
  it('takes no more, waits for streams, and cuts those that are late', async () => {
    const { port } = await aServer(open, echoAs('a'))
    const gateway = await gatewayTo({ port })
    const [leaving, staying] = [client(gateway), client(gateway)]
    await Promise.all([once(leaving, 'data'), once(staying, 'data')])
    const cut = heardUntilClosed(staying)
    const closing = gateway.close(1500)
    await expect.poll(() => refused(gateway)).toBe(true)
    leaving.end('bye')
    expect(await heardUntilClosed(leaving)).toBe('bye')
    expect(staying.closed).toBe(false)
    expect(await closing).toBe(1)
    await cut
  })

  it('is over when what was cut has been logged, and waits for nobody who never comes to it', async () => {
    const log: string[] = []
    let came = 0
    const stopped = Promise.withResolvers<void>()
    const engine = tcpStreamEngine(
      async () => {
        came += 1
        if (came === 1) await new Promise(() => undefined)
        await stopped.promise
        await pause(100)
        log.push('cut')
      },
      { patience: usualPatience, limits: noLimits },
      () => createSecureContext(),
      {
        ...{ connected: silent, disconnected: silent, refused: silent, tooSlow: silent, hasRoom: () => true },
        upstreams: { opened: silent, closed: silent },
      },
    )
    const port = await engine.listen({ ...PLAIN, port: await freePort() })
    for (const _ of 'ab') client({ port }).on('error', silent)
    await expect.poll(() => came).toBe(2)
    const closing = engine.close(0)
    stopped.resolve()
    expect([await closing, log]).toEqual([2, ['cut']])
  })
})

const PLAIN = {
  host: '127.0.0.1',
  transport: 'tcp',
  backlog: null,
  proxyProtocol: false,
  isTls: false,
} as const

function refused({ port }: Pick<StreamGateway, 'port'>): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  return new Promise((resolve) => {
    socket.on('connect', () => socket.destroy()).on('error', () => resolve(true))
    socket.on('close', () => resolve(false))
  })
}

describe('the PROXY protocol', () => {
  it('tells who the client is, for peers that are trusted, and is not passed on', async () => {
    const { port } = await aServer(open, echoAs('a'))
    const options = { address: { proxyProtocol: true }, trusted: ['127.0.0.1'] }
    const gateway = await gatewayTo({ port }, options)
    expect(await said(gateway, 'PROXY TCP4 198.51.100.7 192.0.2.1 4711 25\r\nhello')).toBe('a:hello')
    await ended(gateway)
    expect(gateway.over[0]?.clientIp).toBe('198.51.100.7')
  })

  it('is asked for where it is expected', async () => {
    const { port, sockets } = await aServer(open, echoAs('a'))
    const gateway = await gatewayTo({ port }, { address: { proxyProtocol: true } })
    expect(await said(gateway, 'hello, this is no head of the PROXY protocol')).toBe('')
    expect(sockets.length).toBe(0)
  })
})
