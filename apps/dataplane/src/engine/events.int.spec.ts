import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { JsonObject } from '@biplane/entities'
import type { PluginDefinition } from '@biplane/plugins/handlers'
import { describe, expect, it } from 'vitest'
import type { Gateway } from '../fixtures/a-gateway.ts'
import { openConnections } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()

/** Rewrites what passes, and sees no body as a whole. */
const shouting: PluginDefinition = {
  name: 'shouting',
  priority: 1,
  create: () => ({ body: (_context, piece) => Buffer.from(String(Buffer.from(piece)).toUpperCase()) }),
}

/** A server of events, and the answers that it still writes. */
async function eventSource() {
  const streams: ServerResponse[] = []
  const upstream = await upstreamThat(open, (_request, response) => {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    })
    response.flushHeaders()
    streams.push(response)
  })
  return { upstream, streams }
}

async function listen({ url }: Gateway): Promise<IncomingMessage> {
  const request = http.get(url, { headers: { accept: 'text/event-stream' }, agent: false })
  const [response] = await once(request, 'response')
  response.setEncoding('utf8').on('error', () => undefined)
  return response
}

describe('server-sent events', () => {
  it.each<[string, JsonObject, ((gateway: Gateway) => void) | undefined, string]>([
    ['where responses are buffered', { response_buffering: true }, undefined, 'data: 1\n\n'],
    ['where they are not', { response_buffering: false }, undefined, 'data: 1\n\n'],
    ['that a plugin rewrites', {}, (gateway) => gateway.plug('shouting'), 'DATA: 1\n\n'],
    [
      'beside a plugin that reads JSON as a whole',
      {},
      (gateway) =>
        gateway.put('plugins', { name: 'response-transformer', config: { add: { json: ['a:1'] } } }),
      'data: 1\n\n',
    ],
  ])('pass one by one, %s', async (_where, route, configure, expected) => {
    const { upstream, streams } = await eventSource()
    const gateway = await gatewayTo(open, upstream, {}, { plugins: [shouting], route })
    configure?.(gateway)
    gateway.serve()
    const response = await listen(gateway)
    expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream' })
    expect(response.headers).not.toHaveProperty('x-accel-buffering')
    // Each waits for the one before it to have come.
    for (let i = 0; i < 3; i++) {
      streams[0]?.write('data: 1\n\n')
      expect((await once(response, 'data'))[0]).toBe(expected)
    }
    streams[0]?.end()
    await once(response.resume(), 'end')
  })

  it('go on under the config that they began with, whatever is applied meanwhile', async () => {
    const { upstream, streams } = await eventSource()
    const gateway = await gatewayTo(open, upstream)
    const response = await listen(gateway)
    gateway.remove('routes')
    gateway.serve()
    expect((await fetch(gateway.url)).status).toBe(404)
    streams[0]?.write('data: 1\n\n')
    expect((await once(response, 'data'))[0]).toBe('data: 1\n\n')
    response.destroy()
  })

  it('take the upstream with them when their client leaves, also while there is none', async () => {
    const { upstream } = await eventSource()
    const gateway = await gatewayTo(open, upstream)
    const response = await listen(gateway)
    response.destroy()
    await expect.poll(() => openConnections(upstream.server)).toBe(0)
  })

  it.each<[string, (stream: ServerResponse) => void]>([
    ['break off as their upstream does', (stream) => stream.destroy()],
    ['are cut when none comes for the read_timeout', () => undefined],
  ])('%s', async (_what, then) => {
    const { upstream, streams } = await eventSource()
    const gateway = await gatewayTo(open, upstream, { read_timeout: 600 })
    const response = await listen(gateway)
    streams[0]?.write('data: 1\n\n')
    await once(response, 'data')
    for (const stream of streams) then(stream)
    await new Promise((resolve) => response.resume().on('close', resolve))
    expect(response.complete).toBe(false)
    await expect.poll(() => openConnections(upstream.server)).toBe(0)
  })
})

describe('a long poll', () => {
  it('is answered when there is something to say, to each who waits', async () => {
    const waiting: ServerResponse[] = []
    const upstream = await upstreamThat(open, (_request, response) => void waiting.push(response))
    const gateway = await gatewayTo(open, upstream)
    const polls = [1, 2, 3].map(() => fetch(gateway.url))
    await expect.poll(() => waiting.length).toBe(3)
    for (const response of waiting) response.end('news')
    for (const poll of polls) expect(await (await poll).text()).toBe('news')
  })

  it('that nobody waits for any more is given up', async () => {
    const upstream = await upstreamThat(open, () => undefined)
    const asked = once(upstream.server, 'request')
    const gateway = await gatewayTo(open, upstream)
    const leaving = new AbortController()
    const poll = fetch(gateway.url, { signal: leaving.signal }).catch((error: Error) => error.name)
    await asked
    leaving.abort()
    expect(await poll).toBe('AbortError')
    await expect.poll(() => openConnections(upstream.server)).toBe(0)
  })

  it('is told so when there is nothing for the read_timeout', async () => {
    const upstream = await upstreamThat(open, () => undefined)
    const gateway = await gatewayTo(open, upstream, { read_timeout: 200, retries: 0 })
    expect((await fetch(gateway.url)).status).toBe(504)
  })
})
