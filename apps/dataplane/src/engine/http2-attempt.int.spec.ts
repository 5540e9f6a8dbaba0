import { once } from 'node:events'
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { PassThrough, type Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import type { UpstreamRequest } from './engine.ts'
import { type AttemptUpstream, type OpenOutcome, upstreamAttempts } from './upstream-attempt.ts'
import { openUpstreamPools, type PoolSettings } from './upstream-pools.ts'

const open = closedAfterEach()

type Serve = (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void

/** A server that speaks HTTP/2 only, without TLS. */
async function serverThat(serve: Serve, settings: { maxConcurrentStreams?: number } = {}) {
  const sessions: ServerHttp2Session[] = []
  const server = createServer({ settings })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    serve(stream, headers)
  })
  server.on('session', (session) => sessions.push(session.on('error', () => undefined)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server.address())
  const close = async (): Promise<void> => {
    for (const session of sessions) session.destroy()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  open.push({ [Symbol.asyncDispose]: close })
  return { port, sessions, close }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
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
  return { attempt: upstreamAttempts(pools), counts }
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
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-behind': 'y' }))
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

async function answered(attempt: AttemptUpstream, call: UpstreamRequest, body = Buffer.from('hi')) {
  const response = responseOf(await attempt(call, body).outcome)
  return { status: response.status, text: await text(response.body), trailers: response.body?.rawTrailers }
}

describe('a call over HTTP/2', () => {
  it('passes fields, pieces and trailers as they are', async () => {
    const seen: unknown[] = []
    const { port } = await serverThat((stream, headers) => {
      seen.push(headers)
      echo(stream, headers)
    })
    const { attempt } = pooled()
    const headers = [...aCall(port).headers, 'Connection', 'keep-alive', 'X-Two', 'a', 'x-two', 'b']
    const body = new PassThrough()
    const response = responseOf(await attempt(aCall(port, { headers }), body).outcome)
    expect(seen[0]).toMatchObject({
      ':authority': 'grpc.test',
      ':path': '/a.B/C',
      ':method': 'POST',
      te: 'trailers',
      'x-two': 'a, b',
    })
    expect(seen[0]).not.toHaveProperty('connection')
    const pieces = response.body?.[Symbol.asyncIterator]()
    for (const piece of ['one', 'two']) {
      body.write(piece)
      expect(String((await pieces?.next())?.value)).toBe(piece)
    }
    body.end()
    expect((await pieces?.next())?.done).toBe(true)
    expect(response.body?.complete).toBe(true)
    expect(response.body?.rawTrailers).toEqual(['grpc-status', '0', 'x-behind', 'y'])
  })

  it('tells of an answer that is a head only', async () => {
    const { port } = await serverThat((stream) =>
      stream.respond({ ':status': 200, 'grpc-status': '5' }, { endStream: true }),
    )
    const response = responseOf(await pooled().attempt(aCall(port), null).outcome)
    expect(response).toMatchObject({ status: 200, body: { complete: true } })
    expect(response.headers).toContain('grpc-status')
    expect(await text(response.body)).toBe('')
    expect(response.body?.complete).toBe(true)
  })

  it('is not whole when the upstream resets it', async () => {
    const { port } = await serverThat((stream) => {
      stream.respond({ ':status': 200 })
      stream.write('half')
      stream.on('data', () => stream.destroy(new Error('out of order')))
    })
    const body = new PassThrough()
    const response = responseOf(await pooled().attempt(aCall(port), body).outcome)
    body.write('go on')
    await expect(text(response.body)).rejects.toThrow()
    expect(response.body?.complete).toBe(false)
  })

  it('is reset at the upstream when it is abandoned', async () => {
    const events: string[] = []
    const reset = Promise.withResolvers<number | undefined>()
    const { port } = await serverThat((stream) => {
      stream.respond({ ':status': 200 })
      for (const event of ['end', 'aborted']) stream.on(event, () => events.push(event))
      stream.on('close', () => reset.resolve(stream.rstCode))
      stream.resume()
    })
    const call = pooled().attempt(aCall(port), new PassThrough())
    responseOf(await call.outcome)
    call.abandon()
    expect(await reset.promise).toBe(8)
    // Its request was never whole.
    expect(events[0]).toBe('aborted')
  })

  it('takes no more of an answer than its client does, and holds up no other of its session', async () => {
    const [mega, most] = [Buffer.alloc(1024 * 1024), 64]
    let written = 0
    const { port, sessions } = await serverThat((stream, headers) => {
      if (headers[':path'] !== '/long') return echo(stream, headers)
      stream.respond({ ':status': 200 })
      const write = (): void => {
        if (written === most) stream.end()
        else stream.write(mega, () => write())
        written += 1
      }
      write()
    })
    const { attempt } = pooled()
    const { body } = responseOf(await attempt(aCall(port, { target: '/long' }), null).outcome)
    for (let i = 0; i < 10; i += 1) expect((await answered(attempt, aCall(port))).text).toBe('hi')
    expect(written).toBeLessThan(8)
    let read = 0
    for await (const chunk of body ?? []) read += chunk.byteLength
    expect([read, sessions.length]).toEqual([most * mega.byteLength, 1])
  })

  it('may be of any length both ways', async () => {
    const { port } = await serverThat(echo)
    const { attempt } = pooled()
    const body = Buffer.alloc(20 * 1024 * 1024, 'x')
    expect((await answered(attempt, aCall(port), body)).text.length).toBe(body.byteLength)
  })

  it('is late when nothing comes', async () => {
    const { port } = await serverThat(() => undefined)
    const { attempt } = pooled()
    const timeouts = { connect: 20_000, read: 100, write: 20_000 }
    expect(await attempt(aCall(port, { timeouts }), Buffer.from('x')).outcome).toEqual({
      kind: 'failed',
      reason: 'timeout',
      sent: true,
    })
  })
})

describe('sessions', () => {
  it('carry calls side by side, as many as the upstream takes, and others beside them', async () => {
    const waiting: ServerHttp2Stream[] = []
    let calls = 0
    const { port, sessions } = await serverThat(
      (stream, headers) => {
        waiting.push(stream)
        calls += 1
        if (calls >= 10) for (const one of waiting.splice(0)) echo(one, headers)
      },
      { maxConcurrentStreams: 5 },
    )
    const { attempt, counts } = pooled()
    const all = await Promise.all(Array.from({ length: 10 }, () => answered(attempt, aCall(port))))
    expect(all.map(({ text: got }) => got)).toEqual(Array(10).fill('hi'))
    expect(sessions).toHaveLength(2)
    expect(counts.opened).toBe(2)
    expect((await answered(attempt, aCall(port))).text).toBe('hi')
    expect(counts.opened).toBe(2)
  })

  it('that the upstream ends are used no more, and calls that it has not seen go to another', async () => {
    let calls = 0
    const { port, sessions } = await serverThat((stream, headers) => {
      calls += 1
      if (calls > 1) return echo(stream, headers)
      // The first one gets what a server says that stops between two calls.
      stream.session?.goaway(0, 0)
      stream.close(7)
    })
    const { attempt } = pooled()
    const body = new PassThrough()
    body.end('all of it')
    const response = responseOf(await attempt(aCall(port), body).outcome)
    expect(await text(response.body)).toBe('all of it')
    expect(sessions).toHaveLength(2)
  })

  it('end when they have carried as many calls as they may', async () => {
    const { port, sessions } = await serverThat(echo)
    const { attempt } = pooled({ upstream_keepalive_max_requests: 2 })
    for (let i = 0; i < 5; i += 1) await answered(attempt, aCall(port))
    expect(sessions).toHaveLength(3)
  })

  it('fail a call with nothing sent where nobody listens, or HTTP/2 is not spoken', async () => {
    const { port, close } = await serverThat(echo)
    await close()
    const { attempt, counts } = pooled()
    const failed = { kind: 'failed', reason: 'broken', sent: false }
    expect(await attempt(aCall(port), null).outcome).toEqual(failed)
    await expect.poll(() => counts.opened - counts.closed).toBe(0)
  })
})
