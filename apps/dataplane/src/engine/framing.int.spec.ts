import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import net from 'node:net'
import type { PluginDefinition, PluginHandler } from '@biplane/plugins/handlers'
import { describe, expect, it } from 'vitest'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()

describe('a client that waits for 100 Continue', () => {
  const HEAD = 'PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n'

  it('is told when its body is wanted, and its body arrives', async () => {
    const gateway = await gatewayTo(open, await upstreamThat(open))
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write(`${HEAD}Connection: close\r\n\r\n`)
    const [first] = await once(socket, 'data')
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write('body')
    expect(await rest(socket)).toMatch(/^HTTP\/1\.1 200 [\s\S]*"body":"body"/)
  })

  it('is not told when nobody wants it, and its connection ends', async () => {
    const gateway = await gatewayTo(open, await upstreamThat(open), {}, { route: { hosts: ['else.test'] } })
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write(`${HEAD}\r\n`)
    expect(await rest(socket)).toMatch(/^HTTP\/1\.1 404 [\s\S]*^Connection: close\r$/m)
  })

  it('is served as any other when it expects something else', async () => {
    const gateway = await gatewayTo(open, await upstreamThat(open))
    const answer = await ask(
      gateway.port,
      'GET / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 (?![\s\S]*miracles)/)
  })
})

describe('trailers of a client', () => {
  it.each([
    ['without a body', '\r\n'],
    ['with a length', 'Content-Length: 2\r\n\r\nhi'],
    ['in pieces', 'Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n'],
  ])('go no further, nor does the promise of them, in a request %s', async (_how, sent) => {
    const gateway = await gatewayTo(open, await upstreamThat(open))
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTrailer: X-Sum\r\n'
    const got = await ask(gateway.port, head + sent)
    expect(got).toMatch(/^HTTP\/1\.1 200 /)
    expect(got).not.toMatch(/trailer|x-sum/i)
  })

  it.each([
    ['without a body', '\r\n'],
    ['with one that is passed on as it comes', 'Content-Length: 2\r\n\r\nhi'],
  ])('harm nobody when a plugin promises them in a request %s', async (_how, sent) => {
    const access: PluginHandler['access'] = ({ request }) => {
      request.headers.set('Trailer', 'X-Sum')
      return undefined
    }
    const promising: PluginDefinition = { name: 'promising', priority: 1, create: () => ({ access }) }
    const options = { plugins: [promising], route: { request_buffering: false } }
    const gateway = await gatewayTo(open, await upstreamThat(open), { retries: 0 }, options)
    gateway.plug('promising')
    gateway.serve()
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n'
    expect(await ask(gateway.port, head + sent)).toMatch(/^HTTP\/1\.1 502 /)
  })
})

describe('trailers of an upstream', () => {
  const answer: RequestListener = (request, response) => {
    if (request.method === 'HEAD') {
      // node:http would not send it.
      request.socket.end('HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n')
      return
    }
    response.setHeader('Trailer', 'X-Sum')
    response.addTrailers({ 'X-Sum': '7', Host: 'evil' })
    response.end('ok')
  }
  const AT_THE_END = /\r\n0\r\nX-Sum: 7\r\n\r\n$/

  it('reach a client that takes them, without those that would say how to read it', async () => {
    const gateway = await gatewayTo(open, await upstreamThat(open, answer))
    const got = await ask(
      gateway.port,
      'GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE, close\r\n\r\n',
    )
    expect(got).toMatch(/^Trailer: X-Sum\r$/m)
    expect(got).toMatch(AT_THE_END)
  })

  it.each([
    ['does not take them', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['speaks HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\nTE: trailers\r\n\r\n'],
    ['asks for the head', 'HEAD / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close\r\n\r\n'],
  ])('do not reach one that %s', async (_what, sent) => {
    const gateway = await gatewayTo(open, await upstreamThat(open, answer))
    const got = await ask(gateway.port, sent)
    expect(got).toMatch(/^HTTP\/1\.1 200 /)
    expect(got).not.toMatch(/Trailer|X-Sum/)
  })
})

describe('a client that speaks HTTP/1.0', () => {
  const pieces: RequestListener = (_request, response) => {
    response.write('one ')
    response.end('two')
  }

  it('gets no pieces, and the end of the connection for the end of the body', async () => {
    const gateway = await gatewayTo(open, await upstreamThat(open, pieces))
    const got = await ask(gateway.port, 'GET / HTTP/1.0\r\nHost: a\r\n\r\n')
    expect(got).not.toMatch(/Transfer-Encoding/i)
    expect(got).toMatch(/\r\n\r\none two$/)
  })
})

describe('a bound on bodies', () => {
  it.each([
    ['that say how long they are', 'Content-Length: 11\r\n\r\n01234567890'],
    ['that do not', 'Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n'],
  ])('holds for those %s', async (_what, sent) => {
    const upstream = await upstreamThat(open)
    for (const route of [{}, { request_buffering: false }]) {
      const gateway = await gatewayTo(open, upstream, {}, { maxBodyBytes: 10, route })
      const got = await ask(gateway.port, `POST / HTTP/1.1\r\nHost: a\r\n${sent}`)
      expect(got).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n[\s\S]*\r\n\r\nPayload too large\n$/)
    }
  })

  it('lets pass what is as long', async () => {
    const gateway = await gatewayTo(open, await upstreamThat(open), {}, { maxBodyBytes: 10 })
    expect((await fetch(gateway.url, { method: 'POST', body: '0123456789' })).status).toBe(200)
  })
})

describe('a client that is sent to TLS', () => {
  it.each([
    ['keeps its connection', '', 'Upgrade'],
    ['keeps none that it wants closed', 'Connection: close\r\n', 'Upgrade, close'],
  ])('%s', async (_what, line, connection) => {
    const gateway = await gatewayTo(open, await upstreamThat(open), {}, { route: { protocols: ['https'] } })
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n`)
    const [first] = await once(socket, 'data')
    expect(first.toString()).toMatch(new RegExp(`^Connection: ${connection}\r$`, 'm'))
    if (line === '') socket.end()
    await rest(socket)
  })
})

describe('a client that closes its half before the answer', () => {
  it('has gone, as for Kong, and so has its upstream request', async () => {
    const gone = Promise.withResolvers<void>()
    const upstream = await upstreamThat(open, (request) => request.on('close', gone.resolve))
    const gateway = await gatewayTo(open, upstream)
    net
      .connect(gateway.port, '127.0.0.1')
      .on('error', () => undefined)
      .end('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await gone.promise
  })
})

async function ask(port: number, sent: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(sent)
  return rest(socket)
}

async function rest(socket: net.Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

describe('an answer before the end of the body', () => {
  it.each([
    ['a body that is too long', 'Content-Length: 67108864\r\n'],
    ['a request that is malformed', 'Content-Length: 67108864\r\nHost: b\r\n'],
  ])('reaches a client that still sends %s', async (_what, lines) => {
    const gateway = await gatewayTo(open, await upstreamThat(open), {}, { maxBodyBytes: 10 })
    for (let i = 0; i < 5; i++) {
      const socket = net.connect(gateway.port, '127.0.0.1')
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`)
      socket.write(Buffer.alloc(64 << 20, 'x'))
      expect(await rest(socket)).toMatch(/^HTTP\/1\.1 4[01][03] /)
    }
  })
})
