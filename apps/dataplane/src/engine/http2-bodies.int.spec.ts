import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openBlackHole } from '../conformance/black-hole.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'
import { ask, http2To } from '../fixtures/http2-client.ts'
import { frames, head, rawHttp2 } from '../fixtures/raw-http2.ts'

const open = closedAfterEach()
const SOON = { timeout: 10_000, interval: 20 }

/** A reset of the first stream with this code. */
function reset(code: number): Buffer {
  return Buffer.concat([frames.reset(1).subarray(0, 12), Buffer.from([code])])
}

describe('the body of a request', () => {
  const ends: [what: string, end: (socket: Socket) => void][] = [
    ['its stream cancelled', (socket) => socket.write(reset(8))],
    ['its stream reset without an error', (socket) => socket.write(reset(0))],
    ['an end of the connection', (socket) => socket.end()],
  ]
  it.each(ends)('that breaks off with %s is never whole to its upstream', async (_what, end) => {
    const seen: boolean[] = []
    const begun = Promise.withResolvers<void>()
    const upstream = await upstreamThat(open, (request, response) => {
      request.on('error', () => undefined)
      request.on('close', () => seen.push(request.complete))
      request.on('data', () => begun.resolve()).on('end', () => response.end())
    })
    const route = { request_buffering: false }
    const gateway = await gatewayTo(open, upstream, {}, { http2: true, route })
    const { socket } = await rawHttp2(open, gateway.port)
    const post = frames.head(1, head({ ':method': 'POST' }), false)
    socket.write(Buffer.concat([post, frames.data(1, 'part', false)]))
    await begun.promise
    end(socket)
    await expect.poll(() => seen, SOON).toEqual([false])
    await expect.poll(() => gateway.counters.total('inFlight'), SOON).toBe(0)
  })

  it('that came as a whole and that nobody reads keeps no request in flight', async () => {
    const upstream = await upstreamThat(open)
    upstream.server.on('connection', (socket) => socket.resetAndDestroy())
    const route = { request_buffering: false }
    const gateway = await gatewayTo(open, upstream, { retries: 0 }, { http2: true, route })
    const session = http2To(open, gateway)
    await once(session, 'remoteSettings')
    const asked = Array.from({ length: 20 }, () => ask(session, { ':method': 'POST' }, Buffer.alloc(30_000)))
    expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([502]))
    await expect.poll(() => gateway.counters.total('inFlight'), SOON).toBe(0)
  })

  it('that waits for its upstream is no flood, however many wait', async () => {
    await using hole = await openBlackHole()
    const route = { request_buffering: false }
    const service = { retries: 0, connect_timeout: 2_500 }
    const gateway = await gatewayTo(open, hole, service, { http2: true, route })
    const session = http2To(open, gateway)
    await once(session, 'remoteSettings')
    const asked = Array.from({ length: 40 }, () => ask(session, { ':method': 'POST' }, Buffer.alloc(60_000)))
    expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([504]))
  })
})
