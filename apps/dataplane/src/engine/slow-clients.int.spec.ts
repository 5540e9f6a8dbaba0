import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Gateway } from '../fixtures/a-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'
import type { Patience } from '../overload/patience.ts'

const open = closedAfterEach()
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

async function patient(patience: Partial<Patience>): Promise<Gateway> {
  return gatewayTo(open, await upstreamThat(open), {}, { patience })
}

/** All that comes of a connection until it ends. */
async function heardBy(socket: net.Socket): Promise<string> {
  let heard = ''
  for await (const chunk of socket) heard += chunk
  return heard
}

describe('a client', () => {
  it('that takes too long for its head is told so, and cut', async () => {
    const { port, counters } = await patient({ headMs: 100 })
    const socket = net.connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nX')
    const drip = setInterval(() => socket.write('x'), 20)
    const heard = await heardBy(socket)
    clearInterval(drip)
    expect(heard).toMatch(/^HTTP\/1\.1 408 /)
    expect(counters.total('slow head')).toBe(1)
  })

  it('that never says a word is cut without one', async () => {
    const { port } = await patient({ headMs: 100 })
    expect(await heardBy(net.connect(port, '127.0.0.1'))).toBe('')
  })

  it('may be idle between requests, but not for ever', async () => {
    const { port, counters } = await patient({ headMs: 60_000, keepAliveMs: 300 })
    const socket = net.connect(port, '127.0.0.1')
    socket.write(GET)
    await once(socket, 'data')
    socket.write(GET)
    const heard = await heardBy(socket)
    expect(heard).toMatch(/HTTP\/1\.1 200 /)
    expect(counters.total('slow head')).toBe(0)
  })

  it('cannot stay by sending empty lines', async () => {
    const { port, counters } = await patient({ headMs: 400, keepAliveMs: 200 })
    const socket = net.connect(port, '127.0.0.1')
    socket.write(GET)
    const drip = setInterval(() => socket.write('\r\n'), 20)
    await heardBy(socket)
    clearInterval(drip)
    expect(counters.total('slow head')).toBe(1)
  })

  it.each([
    ['as many requests as it may', { keepAliveRequests: 2 }, 2],
    ['one request where no connection is kept', { keepAliveMs: 0 }, 1],
    ['one request when its connection is old', { keepAliveTimeMs: 0 }, 1],
  ])('gets answers to %s, the last of which closes the connection', async (_what, patience, count) => {
    const { port } = await patient(patience)
    const socket = net.connect(port, '127.0.0.1')
    const heard = heardBy(socket)
    const asking = setInterval(() => socket.write(GET), 50)
    const answers = (await heard).match(/^(HTTP\/1\.1|Connection:) \S+/gm)
    clearInterval(asking)
    expect(answers).toHaveLength(count * 2)
    expect(answers?.filter((line) => line === 'Connection: close')).toHaveLength(1)
    expect(answers?.at(-1)).toBe('Connection: close')
  })
})

describe('a client that pauses in its body', () => {
  const PUT = 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n'

  it('is told so also where its head came together with another request', async () => {
    const { port, counters } = await patient({ bodyMs: 300 })
    const socket = net.connect(port, '127.0.0.1')
    socket.write(`${PUT}body${PUT}bo`)
    expect(await heardBy(socket)).toMatch(/^HTTP\/1\.1 200 .*HTTP\/1\.1 408 /s)
    expect(counters.total('slow body')).toBe(1)
  })

  it('waits for its next answer as long as any other, when it was answered before its end', async () => {
    const upstream = await upstreamThat(open, (request, response) => {
      if (request.method === 'PUT') response.end('early')
      else setTimeout(() => response.end('late'), 2000)
    })
    const options = { route: { request_buffering: false }, patience: { bodyMs: 1000 } }
    const gateway = await gatewayTo(open, upstream, {}, options)
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write(`${PUT}bo`)
    await once(socket, 'data')
    socket.write(`dy${GET.replace('Host', 'Connection: close\r\nHost')}`)
    expect(await heardBy(socket)).toMatch(/late$/)
  })
})

describe('a client that does not read', () => {
  const MiB = 1024 ** 2

  it.each([
    ['an answer that is passed on', 64],
    // In one piece, so that nothing says of it that it is on its way.
    ['an answer that a plugin holds', 8],
  ])('is cut in the middle of %s, and the upstream goes with it', async (what, size) => {
    const gone = Promise.withResolvers<void>()
    const upstream = await upstreamThat(open, (_request, response) => {
      response.on('close', gone.resolve)
      response.writeHead(200, { 'Content-Length': size * MiB })
      for (let i = 0; i < size; i++) response.write(Buffer.alloc(MiB))
      response.end()
    })
    const response = () => undefined
    const holding = {
      name: 'holding',
      priority: 1,
      create: () => ({ needs: { responseBody: { limit: 16 * MiB } }, response }),
    }
    const plugins = what.includes('plugin') ? [holding] : []
    const gateway = await gatewayTo(open, upstream, {}, { patience: { sendMs: 200 }, plugins })
    for (const { name } of plugins) gateway.plug(name)
    gateway.serve()
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(GET)
    await gone.promise
    await expect.poll(() => gateway.counters.total('slow answer'), { timeout: 60_000 }).toBe(1)
    await expect.poll(() => gateway.counters.total('inFlight'), { timeout: 60_000 }).toBe(0)
    expect(gateway.counters.total('bufferedBytes')).toBe(0)
    socket.destroy()
  })

  it('is not cut as long as it takes a little now and then', async () => {
    const upstream = await upstreamThat(open, (_request, response) => response.end(Buffer.alloc(24 * MiB)))
    const gateway = await gatewayTo(open, upstream, { read_timeout: 100 }, { patience: { sendMs: 800 } })
    const socket = net.connect({ port: gateway.port, host: '127.0.0.1' })
    socket.write(GET)
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
    })
    // Much longer than the upstream may pause: it is the client that it waits for.
    const dripping = setInterval(() => {
      socket.resume()
      setTimeout(() => received < 4 * MiB && socket.pause(), 1)
    }, 300)
    await expect.poll(() => received, { timeout: 60_000 }).toBeGreaterThanOrEqual(24 * MiB)
    clearInterval(dripping)
    expect(gateway.counters.total('slow answer')).toBe(0)
    socket.destroy()
  })
})
