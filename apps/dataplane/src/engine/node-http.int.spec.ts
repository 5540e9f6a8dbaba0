import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { generateClusterPair } from '@biplane/service'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { aGateway, type Gateway } from '../fixtures/a-gateway.ts'
import { freePort } from '../fixtures/a-node.ts'
import { anUpstream, serviceAt, type Upstream } from '../fixtures/an-upstream.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

/** A gateway with one route to this upstream. */
async function gatewayTo(
  upstream: Pick<Upstream, 'port'>,
  fields: Parameters<typeof serviceAt>[1] = {},
  options: Parameters<typeof aGateway>[0] = {},
): Promise<Gateway> {
  const gateway = await aGateway(options)
  open.push(gateway)
  const { id } = gateway.put('services', serviceAt(upstream, fields))
  gateway.put('routes', { paths: ['/'], strip_path: false, service: { id } })
  gateway.serve()
  return gateway
}

async function upstreamThat(answer?: http.RequestListener): Promise<Upstream> {
  const upstream = await anUpstream(answer)
  open.push(upstream)
  return upstream
}

const MEGABYTE = Buffer.alloc(1 << 20, 'x')

describe('streaming', () => {
  it('passes a response on while it is still being made', async () => {
    const upstream = await upstreamThat((_request, response) => {
      response.write('first')
      release.promise.then(() => response.end('last'))
    })
    const release = Promise.withResolvers<void>()
    const gateway = await gatewayTo(upstream)
    const response = await fetch(gateway.url)
    const reader = response.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first')
    release.resolve()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('last')
  })

  it('passes an upload on while it is still coming', async () => {
    const arrived = Promise.withResolvers<string>()
    const upstream = await upstreamThat((request, response) => {
      request.once('data', (chunk: Buffer) => arrived.resolve(chunk.toString()))
      request.on('end', () => response.end('done'))
    })
    const gateway = await gatewayTo(upstream)
    const request = http.request(gateway.url, { method: 'POST' })
    request.write('first')
    expect(await arrived.promise).toBe('first')
    request.end('last')
    const [response] = await once(request, 'response')
    expect(response.statusCode).toBe(200)
    response.resume()
  })

  it('reads no more of a download than the client takes', async () => {
    let written = 0
    const upstream = await upstreamThat((_request, response) => {
      const more = (): void => {
        while (written < 64 && response.write(MEGABYTE)) written += 1
        if (written < 64)
          response.once('drain', () => {
            written += 1
            more()
          })
        else response.end()
      }
      more()
    })
    const gateway = await gatewayTo(upstream)
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    await once(socket, 'readable')
    await settled(() => written)
    expect(written).toBeLessThan(32)
    let received = 0
    for await (const chunk of socket) received += (chunk as Buffer).byteLength
    expect(received).toBeGreaterThan(64 * MEGABYTE.byteLength)
  })

  it('takes no more of an upload than the upstream does', async () => {
    const begin = Promise.withResolvers<void>()
    const upstream = await upstreamThat(async (request, response) => {
      await begin.promise
      let received = 0
      for await (const chunk of request) received += chunk.byteLength
      response.end(String(received))
    })
    const gateway = await gatewayTo(upstream)
    const request = http.request(gateway.url, { method: 'PUT' })
    let written = 0
    const more = (): void => {
      while (written < 64 && request.write(MEGABYTE)) written += 1
      if (written < 64)
        request.once('drain', () => {
          written += 1
          more()
        })
      else request.end()
    }
    more()
    await settled(() => written)
    expect(written).toBeLessThan(32)
    begin.resolve()
    const [response] = await once(request, 'response')
    const [body] = await once(response, 'data')
    expect(Number(body)).toBeGreaterThanOrEqual(64 * MEGABYTE.byteLength)
  })
})

describe('connections to an upstream', () => {
  it('are kept, and survive an apply', async () => {
    const upstream = await upstreamThat()
    const gateway = await gatewayTo(upstream)
    for (let i = 0; i < 10; i++) {
      await (await fetch(gateway.url)).text()
      gateway.serve()
    }
    expect(upstream.connections()).toBe(1)
  })

  it('are not held by clients that go away in the middle of a download', async () => {
    const upstream = await upstreamThat((request, response) => {
      if (request.url === '/small') response.end('ok')
      else response.write(MEGABYTE)
    })
    const gateway = await gatewayTo(upstream, {}, { poolSize: 4 })
    for (let i = 0; i < 20; i++) {
      const aborter = new AbortController()
      // With a body that was read to its end, nothing but the response tells that the client has gone.
      const asked = { method: 'POST', body: 'x', signal: aborter.signal }
      const response = await fetch(`${gateway.url}/large`, asked)
      await response.body?.getReader().read()
      aborter.abort()
    }
    await until(() => openConnections(upstream.server).then((count) => count === 0))
    expect(await (await fetch(`${gateway.url}/small`)).text()).toBe('ok')
  })

  it('are closed when a client goes away before the answer', async () => {
    const asked = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const upstream = await upstreamThat((request) => {
      asked.resolve()
      request.on('close', gone.resolve)
    })
    const gateway = await gatewayTo(upstream)
    const request = http.get(gateway.url)
    request.on('error', () => undefined)
    await asked.promise
    request.destroy()
    await gone.promise
  })
})

describe('an upstream that fails', () => {
  it('answers 502 when nobody listens, after as many tries as the service allows', async () => {
    const gateway = await gatewayTo({ port: await freePort() }, { retries: 2 })
    const response = await fetch(gateway.url)
    expect(response.status).toBe(502)
    expect(response.headers.get('via')).toBe('kong/3.4.0')
    expect(await response.text()).toContain('An invalid response was received from the upstream server')
  })

  it('is tried retries + 1 times when it always hangs up', async () => {
    const upstream = await upstreamThat((request) => request.socket.destroy())
    const gateway = await gatewayTo(upstream, { retries: 3 })
    expect((await fetch(gateway.url)).status).toBe(502)
    expect(upstream.connections()).toBe(4)
  })

  it('is not tried again with a body that was sent', async () => {
    const upstream = await upstreamThat((request) => request.socket.destroy())
    const gateway = await gatewayTo(upstream, { retries: 3 })
    expect((await fetch(gateway.url, { method: 'PUT', body: 'once' })).status).toBe(502)
    expect(upstream.connections()).toBe(1)
  })

  it('answers 504 when it says nothing in time', async () => {
    const upstream = await upstreamThat(() => undefined)
    const gateway = await gatewayTo(upstream, { read_timeout: 50, retries: 0 })
    const response = await fetch(gateway.url)
    expect(response.status).toBe(504)
    expect(await response.text()).toContain('The upstream server is timing out')
  })

  it('answers 503 when its name does not resolve', async () => {
    const gateway = await gatewayTo({ port: 80 }, { host: 'no-such-host.invalid' })
    const response = await fetch(gateway.url)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ message: 'name resolution failed' })
  })

  it('breaks the response off when it breaks off', async () => {
    const upstream = await upstreamThat((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    const gateway = await gatewayTo(upstream)
    const response = await fetch(gateway.url)
    await expect(response.text()).rejects.toThrow()
  })

  it('is not late while the client pauses in its upload', async () => {
    const upstream = await upstreamThat()
    const gateway = await gatewayTo(upstream, { write_timeout: 30, read_timeout: 1000, retries: 0 })
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
    const gateway = await gatewayTo({ port }, { protocol: 'https', host: 'localhost' })
    for (const _ of [1, 2]) expect(await (await fetch(gateway.url)).text()).toBe('secret')
    expect(names).toEqual(['localhost'])
  })

  it('is not trusted without a known certificate, where that is wanted', async () => {
    const { port } = await secure()
    const gateway = await gatewayTo({ port }, { protocol: 'https', tls_verify: true, retries: 0 })
    expect((await fetch(gateway.url)).status).toBe(502)
  })
})

describe('a WebSocket', () => {
  async function echoSockets(): Promise<Upstream> {
    const upstream = await upstreamThat((_request, response) => response.writeHead(426).end('no'))
    const sockets = new WebSocketServer({ server: upstream.server })
    sockets.on('connection', (socket) =>
      socket.on('message', (text, binary) => socket.send(text, { binary })),
    )
    return upstream
  }

  it('carries messages both ways, whatever is applied meanwhile', async () => {
    const gateway = await gatewayTo(await echoSockets())
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/chat`)
    const [upgrade] = await once(socket, 'upgrade')
    expect(upgrade.headers).toMatchObject({ via: 'kong/3.4.0', upgrade: 'websocket' })
    for (const text of ['one', 'x'.repeat(300_000)]) {
      socket.send(text)
      const [echoed] = await once(socket, 'message')
      expect(String(echoed)).toBe(text)
      gateway.serve()
    }
    socket.close()
    await once(socket, 'close')
  })

  it('is refused by a plugin on its handshake', async () => {
    const gateway = await gatewayTo(await echoSockets())
    gateway.put('plugins', { name: 'request-termination', config: { status_code: 403 } })
    gateway.serve()
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`)
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(403)
  })

  it('that the upstream refuses is an ordinary response', async () => {
    const upstream = await upstreamThat((_request, response) => response.writeHead(426).end('no'))
    upstream.server.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno'),
    )
    const gateway = await gatewayTo(upstream)
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`)
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(400)
  })
})

describe('a client', () => {
  it.each([
    ['speaks no HTTP', 'nonsense\r\n\r\n', '400 Bad Request'],
    ['names no host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
    ['sends a head that is too long', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, '494'],
    [
      'asks for a trace',
      'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      '405 Method Not Allowed',
    ],
    ['speaks HTTP/1.0 without a host', 'GET / HTTP/1.0\r\n\r\n', '200 OK'],
    ['asks for h2c, which is not spoken here', H2C, '200 OK'],
    ['asks for an absolute URL', 'GET http://a/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', '200 OK'],
  ])('that %s', async (_what, sent, status) => {
    const gateway = await gatewayTo(await upstreamThat())
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write(sent)
    let answer = ''
    for await (const chunk of socket) answer += chunk
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
  })
})

describe('closing', () => {
  it('lets a request in flight finish, and accepts no other', async () => {
    const asked = Promise.withResolvers<http.ServerResponse>()
    const upstream = await upstreamThat((_request, response) => asked.resolve(response))
    const gateway = await gatewayTo(upstream)
    const pending = fetch(gateway.url)
    const response = await asked.promise
    const closed = gateway.close(5_000)
    await expect(fetch(gateway.url)).rejects.toThrow()
    response.end('in time')
    expect(await (await pending).text()).toBe('in time')
    await closed
  })

  it('breaks off what does not finish in time', async () => {
    const asked = Promise.withResolvers<void>()
    const upstream = await upstreamThat(() => asked.resolve())
    const gateway = await gatewayTo(upstream)
    const pending = fetch(gateway.url)
    await asked.promise
    await Promise.all([gateway.close(50), expect(pending).rejects.toThrow()])
  })
})

const H2C =
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n'

function openConnections(server: http.Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(10)
}

/** Waits until a number no longer grows: whoever makes it grow is held back. */
async function settled(read: () => number): Promise<void> {
  for (let last = -1; last !== read(); ) {
    last = read()
    await pause(100)
  }
}
