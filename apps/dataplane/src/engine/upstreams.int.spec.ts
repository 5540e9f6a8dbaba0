import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import { generateClusterPair } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { describe, expect, it } from 'vitest'
import { openConnections } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()
const MEGABYTE = Buffer.alloc(1 << 20, 'x')

describe('connections to an upstream', () => {
  it('are kept, and survive an apply', async () => {
    const upstream = await upstreamThat(open)
    const gateway = await gatewayTo(open, upstream)
    for (let i = 0; i < 10; i++) {
      await (await fetch(gateway.url)).text()
      gateway.serve()
    }
    expect(upstream.connections()).toBe(1)
  })

  it.each([
    [1000, 1],
    [2, 2],
    [1, 4],
    [0, 1],
  ])('carry as many requests as the setting %i says', async (maxRequests, connections) => {
    const upstream = await upstreamThat(open)
    const gateway = await gatewayTo(open, upstream, {}, { maxRequests })
    for (let i = 0; i < 4; i++) await (await fetch(gateway.url)).text()
    expect(upstream.connections()).toBe(connections)
  })

  it('are not kept where none are to be', async () => {
    const upstream = await upstreamThat(open)
    const gateway = await gatewayTo(open, upstream, {}, { poolSize: 0 })
    for (let i = 0; i < 3; i++) await (await fetch(gateway.url)).text()
    expect(upstream.connections()).toBe(3)
  })

  it('are not held by clients that go away in the middle of a download', async () => {
    const upstream = await upstreamThat(open, (request, response) => {
      if (request.url === '/small') response.end('ok')
      else response.write(MEGABYTE)
    })
    const gateway = await gatewayTo(open, upstream, {}, { poolSize: 4 })
    for (let i = 0; i < 20; i++) {
      const aborter = new AbortController()
      // With a body that was read to its end, nothing but the response tells that the client has gone.
      const asked = { method: 'POST', body: 'x', signal: aborter.signal }
      const response = await fetch(`${gateway.url}/large`, asked)
      await response.body?.getReader().read()
      aborter.abort()
    }
    await expect.poll(() => openConnections(upstream.server), { timeout: 10_000 }).toBe(0)
    expect(await (await fetch(`${gateway.url}/small`)).text()).toBe('ok')
  })

  it('are closed when a client goes away before the answer', async () => {
    const asked = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const upstream = await upstreamThat(open, (request) => {
      asked.resolve()
      request.on('close', gone.resolve)
    })
    const gateway = await gatewayTo(open, upstream)
    const request = http.get(gateway.url)
    request.on('error', () => undefined)
    await asked.promise
    request.destroy()
    await gone.promise
  })
})

describe('an upstream that fails', () => {
  it('answers 502 when nobody listens, after as many tries as the service allows', async () => {
    const gateway = await gatewayTo(open, { port: await freePort() }, { retries: 2 })
    const response = await fetch(gateway.url)
    expect(response.status).toBe(502)
    expect(response.headers.get('via')).toBe('kong/3.4.0')
    expect(await response.text()).toContain('An invalid response was received from the upstream server')
  })

  it('is tried retries + 1 times when it always hangs up', async () => {
    const upstream = await upstreamThat(open, (request) => request.socket.destroy())
    const gateway = await gatewayTo(open, upstream, { retries: 3 })
    expect((await fetch(gateway.url)).status).toBe(502)
    expect(upstream.connections()).toBe(4)
  })

  it.each([
    ['again with a body that was held', 'x', {}, 4],
    ['again with a body that was stored', 'x'.repeat(10_000), {}, 4],
    ['once with a body that is not to be held', 'x', { request_buffering: false }, 1],
  ])('is tried %s', async (_how, body, route, tries) => {
    const upstream = await upstreamThat(open, (request) => request.socket.destroy())
    const gateway = await gatewayTo(open, upstream, { retries: 3 }, { route })
    expect((await fetch(gateway.url, { method: 'PUT', body })).status).toBe(502)
    expect(upstream.connections()).toBe(tries)
  })

  it('costs nothing of a body in pieces that is not held, before it stands', async () => {
    const upstream = await upstreamThat(open, (request, response) => {
      request.pipe(response)
    })
    const options = { route: { request_buffering: false }, maxBodyBytes: 1000 }
    const gateway = await gatewayTo(open, upstream, { host: 'both' }, options)
    const { id } = gateway.put('upstreams', { name: 'both' })
    for (const port of [await freePort(), upstream.port])
      gateway.put('targets', { target: `127.0.0.1:${port}`, upstream: { id } })
    gateway.serve()
    // In their turn, one of two comes to the target that nobody listens at.
    for (let i = 0; i < 2; i++) {
      const sent = { method: 'PUT', duplex: 'half', body: new Blob(['whole']).stream() } as const
      expect(await (await fetch(gateway.url, sent)).text()).toBe('whole')
    }
  })

  it('answers 504 when it says nothing in time', async () => {
    const upstream = await upstreamThat(open, () => undefined)
    const gateway = await gatewayTo(open, upstream, { read_timeout: 50, retries: 0 })
    const response = await fetch(gateway.url)
    expect(response.status).toBe(504)
    expect(await response.text()).toContain('The upstream server is timing out')
  })

  it('answers 503 when its name does not resolve', async () => {
    const gateway = await gatewayTo(open, { port: 80 }, { host: 'no-such-host.invalid' })
    const response = await fetch(gateway.url)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ message: 'name resolution failed' })
  })

  it('breaks the response off when it breaks off', async () => {
    const upstream = await upstreamThat(open, (_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    const gateway = await gatewayTo(open, upstream)
    const response = await fetch(gateway.url)
    await expect(response.text()).rejects.toThrow()
  })

  it('is not late while the client pauses in its upload', async () => {
    const upstream = await upstreamThat(open)
    const gateway = await gatewayTo(open, upstream, { write_timeout: 30, read_timeout: 1000, retries: 0 })
    const request = http.request(gateway.url, { method: 'POST' })
    request.write('a')
    await pause(100)
    request.end('b')
    const [response] = await once(request, 'response')
    expect(response.statusCode).toBe(200)
    response.resume()
  })
})

describe('an https upstream', () => {
  async function secure(): Promise<{ port: number; names: (string | false | undefined)[] }> {
    const { cert, key } = await generateClusterPair()
    const names: (string | false | undefined)[] = []
    const server = https.createServer({ cert, key }, (_request, response) => response.end('secret'))
    server.on('secureConnection', (socket) =>
      names.push((socket as { servername?: string | false }).servername),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    open.push({
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    })
    const address = server.address()
    return { port: typeof address === 'object' && address !== null ? address.port : 0, names }
  }

  it('is asked by name, over connections that are kept', async () => {
    const { port, names } = await secure()
    const gateway = await gatewayTo(open, { port }, { protocol: 'https', host: 'localhost' })
    for (const _ of [1, 2]) expect(await (await fetch(gateway.url)).text()).toBe('secret')
    expect(names).toEqual(['localhost'])
  })

  it('is not trusted without a known certificate, where that is wanted', async () => {
    const { port } = await secure()
    const gateway = await gatewayTo(open, { port }, { protocol: 'https', tls_verify: true, retries: 0 })
    expect((await fetch(gateway.url)).status).toBe(502)
  })
})
