import { once } from 'node:events'
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { PassThrough, type Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import type { UpstreamRequest } from './engine.ts'
import { type OpenOutcome, upstreamAttempts } from './upstream-attempt.ts'
import { openUpstreamPools, type PoolSettings } from './upstream-pools.ts'

const open = closedAfterEach()

type Serve = (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void

async function serverThat(serve: Serve) {
  const sessions: ServerHttp2Session[] = []
  const server = createServer()
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    serve(stream, headers)
  })
  server.on('session', (session) => sessions.push(session.on('error', () => undefined)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return { port: portOf(server.address()), sessions }
}

async function rawServer(serve: (socket: Socket) => void) {
  const sockets: Socket[] = []
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket.on('error', () => undefined))
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return { port: portOf(server.address()), sockets }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}

function frame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.byteLength, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}
const SETTINGS = frame(4, 0, 0)
const goaway = (last: number, code: number) => {
  const payload = Buffer.alloc(8)
  payload.writeUInt32BE(last, 0)
  payload.writeUInt32BE(code, 4)
  return frame(7, 0, 0, payload)
}

function pooled(settings: Partial<PoolSettings> = {}) {
  const counts = { opened: 0, closed: 0 }
  const pools = openUpstreamPools(
    {
      upstream_keepalive_pool_size: 512,
      upstream_keepalive_max_requests: 0,
      upstream_keepalive_idle_timeout: 60,
      ...settings,
    },
    { opened: () => (counts.opened += 1), closed: () => (counts.closed += 1), mayKeep: () => true },
    100,
  )
  open.push({ [Symbol.asyncDispose]: async () => pools.close() })
  return { attempt: upstreamAttempts(pools), counts, pools }
}

function aCall(port: number, given: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    scheme: 'grpc',
    host: '127.0.0.1',
    port,
    method: 'POST',
    target: '/a.B/C',
    headers: ['Host', 'grpc.test', 'Content-Type', 'application/grpc', 'TE', 'trailers'],
    body: null,
    timeouts: { connect: 20_000, read: 20_000, write: 20_000 },
    tls: null,
    ...given,
  }
}
const echo: Serve = (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.pipe(stream)
}
async function text(body: Readable | undefined): Promise<string> {
  let all = ''
  for await (const chunk of body ?? []) all += chunk
  return all
}
function responseOf(outcome: OpenOutcome) {
  if (outcome.kind !== 'responded' || outcome.response === undefined)
    throw new Error(`no response: ${JSON.stringify(outcome)}`)
  return outcome.response
}

describe('a session after a long call', () => {
  it('ends when it has been idle', async () => {
    const { port } = await serverThat(echo)
    const { attempt, counts } = pooled({ upstream_keepalive_idle_timeout: 0.3 })
    const body = new PassThrough()
    const response = responseOf(await attempt(aCall(port), body).outcome)
    // Longer than a session may be idle.
    const begun = performance.now()
    await expect.poll(() => performance.now() - begun).toBeGreaterThan(700)
    body.end('x')
    expect(await text(response.body)).toBe('x')
    await expect.poll(() => counts.closed, { timeout: 4000 }).toBe(1)
  })
})
describe('a session that the upstream ends', () => {
  it.each([
    [0, 3, 0],
    [1, 1, 7],
    [1, 1, 11],
    [0, 1, 11],
    [0, 1, 2],
  ])(
    'last call %s, connections %s, code %s: only what was not seen is sent again, and elsewhere after an error',
    async (last, calls, code) => {
      let n = 0
      const { port } = await rawServer((socket) => {
        n += 1
        socket.once('data', () => socket.write(SETTINGS))
        socket.on('data', (chunk) => {
          if (chunk.includes('the call')) socket.end(goaway(last, code))
        })
      })
      const out = await pooled().attempt(aCall(port), Buffer.from('the call')).outcome
      expect([n, out]).toEqual([calls, { kind: 'failed', reason: 'broken', sent: last === 1 }])
    },
  )
})
describe('connections of one address that take different numbers of calls', () => {
  it('carry as many as each has said', async () => {
    const calls = [0, 0]
    const { port, sockets } = await rawServer((socket) => {
      const at = sockets.length - 1
      socket.once('data', () => socket.write(frame(4, 0, 0, Buffer.from([0, 3, 0, 0, 0, at === 0 ? 1 : 9]))))
      socket.on('data', (chunk) => {
        calls[at] = (calls[at] ?? 0) + String(chunk).split('call').length - 1
      })
    })
    const { attempt } = pooled()
    for (const expected of [
      [1, 0],
      [1, 1],
      [1, 2],
      [1, 3],
    ]) {
      attempt(aCall(port), Buffer.from('call'))
      await expect.poll(() => calls, { timeout: 5000 }).toEqual(expected)
    }
  })
})
describe('an upstream that accepts and says nothing', () => {
  it('keeps no later call waiting on the same connection', async () => {
    let heard = 0
    const { port, sockets } = await rawServer(() => {
      heard += 1
    })
    const { attempt, counts } = pooled()
    const timeouts = { connect: 300, read: 300, write: 300 }
    const first = attempt(aCall(port, { timeouts }), Buffer.from('x')).outcome
    const patient = { ...timeouts, connect: 1500 }
    const second = attempt(aCall(port, { timeouts: patient }), Buffer.from('x')).outcome
    expect((await first).kind).toBe('failed')
    const third = attempt(aCall(port, { timeouts }), Buffer.from('x')).outcome
    await Promise.all([second, third])
    expect(heard).toBe(2)
    expect(sockets.length).toBe(2)
    await expect.poll(() => counts.opened - counts.closed).toBe(0)
  })
})
describe('a call that is given up', () => {
  it.each([
    ['leaves its connection where not a byte has come over it for a second', false, 2],
    ['shares its connection with later ones where the upstream speaks', true, 1],
  ])('%s', async (_what, speaks, connections) => {
    const { port, sessions } = await serverThat((stream, headers) => {
      if (headers[':path'] === '/speaks') echo(stream, headers)
    })
    const { attempt } = pooled()
    const spoken = aCall(port, { target: '/speaks' })
    await text(responseOf(await attempt(spoken, Buffer.from('x')).outcome).body)
    const begun = performance.now()
    const silent = attempt(aCall(port), Buffer.from('x'))
    await expect.poll(() => performance.now() - begun, { timeout: 5000 }).toBeGreaterThan(1200)
    if (speaks) responseOf(await attempt(spoken, Buffer.from('x')).outcome)
    silent.abandon()
    expect(await silent.outcome).toEqual({ kind: 'abandoned' })
    responseOf(await attempt(spoken, Buffer.from('x')).outcome)
    expect(sessions.length).toBe(connections)
  })
})
describe('closing', () => {
  it('cuts also sessions that take no more calls', async () => {
    const { port } = await serverThat(echo)
    const { attempt, counts, pools } = pooled({ upstream_keepalive_max_requests: 1 })
    responseOf(await attempt(aCall(port), new PassThrough()).outcome)
    pools.close()
    await expect.poll(() => counts.closed, { timeout: 3000 }).toBe(1)
  })
})
describe('an answer that ends before its request', () => {
  const head = frame(1, 4, 1, Buffer.from([0x88]))
  const half = frame(0, 0, 1, Buffer.alloc(16000))
  const trailers = frame(
    1,
    5,
    1,
    Buffer.concat([Buffer.from([0, 11]), Buffer.from('grpc-status'), Buffer.from([1]), Buffer.from('8')]),
  )
  const reset = frame(3, 0, 1, Buffer.alloc(4))
  it.each([
    ['with', trailers],
    ['without', Buffer.alloc(0)],
  ])('%s trailers, to a slow reader', async (way, end) => {
    const arrived = Promise.withResolvers<void>()
    const { port } = await rawServer((socket) => {
      let seen = Buffer.alloc(0)
      let has = false
      socket.once('data', () => socket.write(SETTINGS))
      socket.on('data', (chunk) => {
        seen = Buffer.concat([seen, chunk])
        if (seen.includes('first') && !has) {
          has = true
          socket.write(
            Buffer.concat([
              head,
              ...Array(12).fill(half),
              end,
              reset,
              frame(6, 0, 0, Buffer.from('12345678')),
            ]),
          )
        }
        if (seen.includes('12345678')) arrived.resolve()
      })
    })
    const body = new PassThrough()
    body.write('first')
    const response = responseOf(await pooled().attempt(aCall(port), body).outcome)
    await arrived.promise
    const got = text(response.body)
    if (way === 'with') {
      expect((await got).length).toBe(12 * 16000)
      expect(response.body).toMatchObject({ complete: true, rawTrailers: ['grpc-status', '8'] })
    } else await expect(got).rejects.toThrow()
  })
})
describe('an upstream that never closes its side', () => {
  it('keeps no connection open', async () => {
    const { port } = await rawServer((socket) => {
      socket.once('data', () => socket.write(SETTINGS))
      socket.resume()
    })
    const { attempt, counts } = pooled()
    const call = attempt(
      aCall(port, { timeouts: { connect: 3000, read: 300, write: 300 } }),
      Buffer.from('x'),
    )
    expect((await call.outcome).kind).toBe('failed')
    await expect.poll(() => counts.closed, { timeout: 4000 }).toBe(1)
  })
})
