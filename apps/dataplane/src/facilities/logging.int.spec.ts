import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '@biplane/entities'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aNode } from '../fixtures/a-node.ts'
import { anUpstream, serviceAt } from '../fixtures/an-upstream.ts'
import { ConfigAuthor } from '../fixtures/config-author.ts'

describe('what a node logs of requests', () => {
  it('goes to an HTTP server, with the sizes that were on the wire', async () => {
    const collector = await aCollector()
    const { port } = await aNodeWith({ name: 'http-log', config: { http_endpoint: collector.url } })
    const [sent, got] = await exchange(
      port,
      'POST /a?b=1 HTTP/1.1\r\nHost: api.test:81\r\nContent-Length: 5\r\n',
    )
    const [entry] = await collector.entries(1)
    expect(entry).toMatchObject({
      request: {
        method: 'POST',
        uri: '/a?b=1',
        url: 'http://api.test:81/a?b=1',
        querystring: { b: '1' },
        headers: { host: 'api.test:81' },
        size: sent,
      },
      response: { status: 200, size: got, headers: { 'content-type': 'application/json' } },
      upstream_uri: '/a?b=1',
      upstream_status: '200',
      tries: [{ ip: '127.0.0.1' }],
      route: { hosts: ['api.test'] },
      service: { host: '127.0.0.1' },
      client_ip: '127.0.0.1',
    })
    const { request, proxy, kong } = Object(entry).latencies
    expect(request).toBeGreaterThanOrEqual(proxy)
    expect(kong).toBeGreaterThanOrEqual(0)
  })

  it('tells apart the requests of one connection', async () => {
    const collector = await aCollector()
    const { port } = await aNodeWith({ name: 'http-log', config: { http_endpoint: collector.url } })
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    const sizes: [number, number][] = []
    for (const target of ['/1', '/22', '/333']) {
      const text = `GET ${target} HTTP/1.1\r\nHost: api.test\r\n\r\n`
      socket.write(text)
      const got = await answerOf(socket)
      sizes.push([text.length, got])
    }
    const entries: unknown[] = await collector.entries(3)
    const told = entries.map((entry) => [Object(entry).request.size, Object(entry).response.size])
    expect(told.sort(([a], [b]) => a - b)).toEqual(sizes)
  })

  it('tells of a client that did not wait for its answer', async () => {
    const collector = await aCollector()
    const asked = Promise.withResolvers<void>()
    const config = { http_endpoint: collector.url }
    const { port } = await aNodeWith({ name: 'http-log', config }, () => asked.resolve())
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /slow HTTP/1.1\r\nHost: api.test\r\n\r\n')
    await asked.promise
    socket.destroy()
    expect(await collector.entries(1)).toMatchObject([
      { request: { uri: '/slow' }, response: { status: 499 } },
    ])
  })

  it('is tried again until the server takes it', async () => {
    const collector = await aCollector({ refuse: 2 })
    const queue = { initial_retry_delay: 0.01 }
    const { port } = await aNodeWith({ name: 'http-log', config: { http_endpoint: collector.url, queue } })
    await exchange(port, 'POST /again HTTP/1.1\r\nHost: api.test\r\nContent-Length: 5\r\n')
    expect(await collector.entries(1)).toMatchObject([{ request: { uri: '/again' } }])
    expect(collector.refused()).toBe(2)
  })

  it('is sent before the node ends, though more might have come', async () => {
    const collector = await aCollector()
    const queue = { max_batch_size: 100, max_coalescing_delay: 600 }
    const { port, close } = await aNodeWith({
      name: 'http-log',
      config: { http_endpoint: collector.url, queue },
    })
    await exchange(port, 'POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 5\r\n')
    await close(5_000)
    expect(await collector.entries(1)).toHaveLength(1)
  })

  it.each([false, true])('is appended to a file, reopened for each line: %s', async (reopen) => {
    const folder = await mkdtemp(join(tmpdir(), 'biplane-log-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'requests.log')
    const { port, close } = await aNodeWith({ name: 'file-log', config: { path, reopen } })
    for (const target of ['/1', '/2', '/3'])
      await exchange(port, `POST ${target} HTTP/1.1\r\nHost: other.test\r\nContent-Length: 5\r\n`)
    await close(5_000)
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    const entries = lines.map((line) => JSON.parse(line))
    expect(entries.map(({ request }) => request.uri).sort()).toEqual(['/1', '/2', '/3'])
    expect(entries[0]).toMatchObject({ response: { status: 404 }, latencies: { proxy: -1 } })
    expect(entries[0]).not.toHaveProperty('route')
  })
})

async function aNodeWith(plugin: JsonObject, answer?: RequestListener) {
  const upstream = await anUpstream(answer)
  const node = await aNode()
  onTestFinished(async () => {
    await node[Symbol.asyncDispose]()
    await upstream[Symbol.asyncDispose]()
  })
  const author = new ConfigAuthor()
  const service = author.put('services', serviceAt(upstream))
  author.put('routes', { hosts: ['api.test'], service: { id: service.id } })
  author.put('plugins', plugin)
  expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
  return node
}

/** Sends one request with the body `hello`, and reads its answer. Resolves with how many bytes went each way. */
async function exchange(port: number, head: string): Promise<[sent: number, got: number]> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const text = `${head}Connection: close\r\n\r\nhello`
  socket.write(text)
  let got = 0
  for await (const chunk of socket) got += chunk.length
  return [text.length, got]
}

/** Reads one answer, whose end its length tells or an empty piece. Resolves with how many bytes it had. */
async function answerOf(socket: Socket): Promise<number> {
  let text = ''
  for (;;) {
    const [chunk] = await once(socket, 'data')
    text += String(chunk)
    const end = text.indexOf('\r\n\r\n') + 4
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN)
    if (text.length === end + length || text.endsWith('\r\n0\r\n\r\n')) return text.length
  }
}

async function aCollector({ refuse = 0 } = {}) {
  const entries: unknown[] = []
  let refused = 0
  const waiting: (() => void)[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    if (refused < refuse) {
      refused += 1
      response.writeHead(503).end()
      return
    }
    entries.push(...[JSON.parse(Buffer.concat(chunks).toString())].flat())
    response.end()
    for (const look of waiting.splice(0)) look()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}/logs`,
    refused: () => refused,
    async entries(count: number) {
      while (entries.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
      return entries
    },
  }
}
