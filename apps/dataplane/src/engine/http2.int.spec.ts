import { once } from 'node:events'
import { constants } from 'node:http2'
import { generateClusterPair } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { openConnections } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'
import { answerOf, ask, http2To } from '../fixtures/http2-client.ts'

const open = closedAfterEach()

async function echoing(options: Parameters<typeof gatewayTo>[3] = {}) {
  return gatewayTo(open, await upstreamThat(open), {}, { http2: true, ...options })
}

describe('a request over HTTP/2', () => {
  it('reaches an upstream of HTTP/1.1 as one that HTTP/1.1 would have carried', async () => {
    const session = http2To(open, await echoing({ route: { preserve_host: true } }))
    const { status, body } = await ask(
      session,
      {
        ':method': 'POST',
        ':path': '/a?b=c',
        ':authority': 'api.test:80',
        cookie: ['a=1', 'b=2'],
        te: 'trailers',
        'x-two': ['1', '2'],
      },
      'what the client sends',
    )
    expect(status).toBe(200)
    const seen = JSON.parse(body)
    expect(seen).toMatchObject({ method: 'POST', url: '/a?b=c', body: 'what the client sends' })
    expect(seen.headers).toMatchObject({
      host: 'api.test:80',
      cookie: 'a=1; b=2',
      'x-two': '1, 2',
      te: 'trailers',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'api.test',
      'content-length': '21',
    })
  })

  it.each(['HEAD', 'GET', 'DELETE', 'OPTIONS'])('may be %s', async (method) => {
    const session = http2To(open, await echoing())
    const { status, headers, body } = await ask(session, { ':method': method })
    expect([status, headers['content-type'], body === '']).toEqual([
      200,
      'application/json',
      method === 'HEAD',
    ])
  })

  it('is one of many at once over one connection', async () => {
    const session = http2To(open, await echoing())
    const paths = Array.from({ length: 100 }, (_, i) => `/${i}`)
    const answers = await Promise.all(paths.map((path) => ask(session, { ':path': path })))
    expect(answers.map(({ body }) => JSON.parse(body).url)).toEqual(paths)
  })

  it('is asked for its body where its client waits for that', async () => {
    const session = http2To(open, await echoing())
    const stream = session.request({ ':method': 'POST', ':path': '/', expect: '100-continue' })
    const answer = answerOf(stream)
    await once(stream, 'continue')
    stream.end('now')
    expect(JSON.parse((await answer).body).body).toBe('now')
  })

  it('goes over TLS where the client chooses it, beside HTTP/1.1', async () => {
    const pair = await generateClusterPair()
    const gateway = await echoing({ tls: pair })
    const url = `https://localhost:${gateway.port}`
    const session = http2To(open, { url }, pair.cert)
    const { headers } = JSON.parse((await ask(session)).body)
    expect([session.alpnProtocol, headers['x-forwarded-proto']]).toEqual(['h2', 'https'])
  })

  it('leaves HTTP/1.1 where it was, at the same address', async () => {
    const gateway = await echoing()
    const answer = await fetch(`${gateway.url}/x`, { method: 'POST', body: 'y' })
    expect(await answer.json()).toMatchObject({ method: 'POST', url: '/x', body: 'y' })
  })
})

describe('an answer over HTTP/2', () => {
  it('has no header of a connection, and the trailers of its upstream', async () => {
    const upstream = await upstreamThat(open, (_request, response) => {
      response.writeHead(200, {
        Trailer: 'X-Sum, X-Other',
        'X-Two': ['a', 'b'],
        'Set-Cookie': ['c=1', 'd=2'],
      })
      response.addTrailers({ 'X-Sum': '42' })
      response.end('body')
    })
    const session = http2To(open, await gatewayTo(open, upstream, {}, { http2: true }))
    const { headers, trailers, body } = await ask(session)
    expect(headers).toMatchObject({ 'x-two': 'a, b', 'set-cookie': ['c=1', 'd=2'] })
    expect(Object.keys(headers)).not.toContain('connection')
    expect(Object.keys(headers)).not.toContain('transfer-encoding')
    expect([body, trailers['x-sum']]).toEqual(['body', '42'])
  })

  it('is as long as its upstream makes it, and comes as fast as its client takes it', async () => {
    const size = 20 * 1024 * 1024
    const upstream = await upstreamThat(open, (_request, response) => response.end(Buffer.alloc(size, 'x')))
    const session = http2To(open, await gatewayTo(open, upstream, {}, { http2: true }))
    const { headers, body } = await ask(session)
    expect([headers['content-length'], body.length]).toEqual([String(size), size])
  })

  it('is broken off when its upstream breaks off', async () => {
    const upstream = await upstreamThat(open, (_request, response) => {
      response.write('part')
      setTimeout(() => response.destroy(), 100)
    })
    const session = http2To(open, await gatewayTo(open, upstream, {}, { http2: true }))
    const { status, body, code } = await ask(session)
    expect([status, body, code]).toEqual([200, 'part', constants.NGHTTP2_INTERNAL_ERROR])
    expect((await ask(session)).status).toBe(200)
  })

  it('may come before the body of its request has', async () => {
    const gateway = await echoing({ maxBodyBytes: 10 })
    const session = http2To(open, gateway)
    const early = session.request({ ':method': 'POST', ':path': '/', 'content-length': '1000' })
    early.write('x')
    const { status, code } = await answerOf(early)
    expect([status, code]).toEqual([413, constants.NGHTTP2_NO_ERROR])
    expect((await ask(session)).status).toBe(200)
  })
})

describe('a client of HTTP/2 that goes away', () => {
  it.each(['its stream', 'its connection'])('with %s takes its upstream with it', async (what) => {
    const upstream = await upstreamThat(open, (_request, response) => void response.write('more to come'))
    const gateway = await gatewayTo(open, upstream, {}, { http2: true })
    const session = http2To(open, gateway)
    const stream = session.request({ ':path': '/' })
    stream.on('error', () => undefined)
    await once(stream, 'data')
    if (what === 'its stream') stream.close(constants.NGHTTP2_CANCEL)
    else session.destroy()
    await expect.poll(() => openConnections(upstream.server), { timeout: 5000 }).toBe(0)
    expect(gateway.counters.total('inFlight')).toBe(0)
  })
})

describe('a connection of HTTP/2', () => {
  it('is told to go after so many requests, and all of them are answered', async () => {
    const gateway = await echoing({ patience: { keepAliveRequests: 3 } })
    const session = http2To(open, gateway)
    const left = once(session, 'goaway')
    for (let i = 0; i < 3; i += 1) expect((await ask(session)).status).toBe(200)
    expect((await left)[0]).toBe(constants.NGHTTP2_NO_ERROR)
    await expect.poll(() => gateway.counters.total('active'), { timeout: 5000 }).toBe(0)
  })

  it('is closed when it is idle for too long, whatever pings it sends', async () => {
    const gateway = await echoing({ patience: { keepAliveMs: 400 } })
    const session = http2To(open, gateway)
    await ask(session)
    const pings = setInterval(() => session.destroyed || session.ping(() => undefined), 50)
    await once(session, 'close')
    clearInterval(pings)
    expect(gateway.counters.total('slow head')).toBe(0)
  })

  it('ends in order when the node stops, with what is under way', async () => {
    const asked = Promise.withResolvers<() => void>()
    const upstream = await upstreamThat(open, (_request, response) =>
      asked.resolve(() => void response.end('done')),
    )
    const gateway = await gatewayTo(open, upstream, {}, { http2: true })
    const idle = http2To(open, gateway)
    await once(idle, 'remoteSettings')
    const busy = http2To(open, gateway)
    const answer = ask(busy)
    const finish = await asked.promise
    const left = once(busy, 'goaway')
    const closed = gateway.close(30_000)
    await left
    finish()
    expect((await answer).body).toBe('done')
    expect(await closed).toEqual({ requests: 0, tunnels: 0 })
  })

  it('is cut with what has not ended in time', async () => {
    const upstream = await upstreamThat(open, (_request, response) => void response.write('never'))
    const gateway = await gatewayTo(open, upstream, {}, { http2: true })
    const session = http2To(open, gateway)
    const streams = [1, 2].map(() => session.request({ ':path': '/' }))
    for (const stream of streams) stream.on('error', () => undefined)
    await Promise.all(streams.map((stream) => once(stream, 'data')))
    expect(await gateway.close(100)).toEqual({ requests: 2, tunnels: 0 })
  })
})

describe('a slow client of HTTP/2', () => {
  it('that stops in its body hears that it is late, and the others of its connection go on', async () => {
    const gateway = await echoing({ patience: { bodyMs: 300 } })
    const session = http2To(open, gateway)
    const stream = session.request({ ':method': 'POST', ':path': '/' })
    stream.write('a part')
    const late = answerOf(stream)
    expect((await ask(session)).status).toBe(200)
    expect((await late).status).toBe(408)
    expect(gateway.counters.total('slow body')).toBe(1)
    expect((await ask(session)).status).toBe(200)
  })

  it('that takes nothing of its answer loses it', async () => {
    const upstream = await upstreamThat(open, (_request, response) => response.end(Buffer.alloc(2_000_000)))
    const gateway = await gatewayTo(open, upstream, {}, { http2: true, patience: { sendMs: 300 } })
    const session = http2To(open, gateway)
    const stream = session.request({ ':path': '/' })
    stream.on('error', () => undefined)
    await new Promise((resolve) => stream.on('close', resolve))
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
    expect(gateway.counters.total('slow answer')).toBe(1)
    await expect.poll(() => openConnections(upstream.server), { timeout: 5000 }).toBe(0)
  })
})
