import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { JsonObject } from '@biplane/entities'
import type { PluginDefinition } from '@biplane/plugins/handlers'
import { describe, expect, it } from 'vitest'
import { aGateway, type Gateway } from '../fixtures/a-gateway.ts'
import { serviceAt } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { answerOf, ask, http2To } from '../fixtures/http2-client.ts'

const open = closedAfterEach()

const CALL = { ':method': 'POST', ':path': '/a.B/C', ':authority': 'api.test', te: 'trailers' }
const GRPC = { 'content-type': 'application/grpc' }

type Serve = (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void

const echo: Serve = (stream, headers) => {
  stream.respond({ ...GRPC, 'x-authority': String(headers[':authority']) }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': 'well' }))
  stream.pipe(stream)
}

async function grpcUpstream(serve: Serve = echo): Promise<number> {
  const server = createServer()
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    serve(stream, headers)
  })
  server.on('session', (session) => {
    session.on('error', () => undefined)
    open.push({ [Symbol.asyncDispose]: async () => session.destroy() })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({ [Symbol.asyncDispose]: async () => void server.close() })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}

interface Wishes {
  readonly service?: JsonObject | null
  readonly route?: JsonObject
  readonly plugins?: readonly PluginDefinition[]
}

/** A gateway with one route for calls. */
async function gateway(port: number, { service = {}, route, plugins = [] }: Wishes = {}): Promise<Gateway> {
  const made = await aGateway({ http2: true, plugins })
  open.push(made)
  const to =
    service && made.put('services', serviceAt({ port }, { protocol: 'grpc', retries: 0, ...service }))
  made.put('routes', { paths: ['/'], protocols: ['grpc', 'grpcs'], strip_path: false, service: to, ...route })
  for (const { name } of plugins) made.plug(name)
  made.serve()
  return made
}

describe('a call', () => {
  it('passes with its trailers, and so does one that is answered by a head only', async () => {
    const port = await grpcUpstream((stream, headers) => {
      if (headers['x-head'] === undefined) echo(stream, headers)
      else stream.respond({ ...GRPC, 'grpc-status': '5' }, { endStream: true })
    })
    const session = http2To(open, await gateway(port))
    const answer = await ask(session, { ...CALL, ...GRPC }, 'frames')
    expect(answer).toMatchObject({ status: 200, body: 'frames', trailers: { 'grpc-status': '0' }, code: 0 })
    expect(answer.headers['x-authority']).toBe(`127.0.0.1:${port}`)
    const stream = session.request({ ...CALL, ...GRPC, 'x-head': '1' }).end('frames')
    const flags = new Promise((resolve) => stream.on('response', (_headers, given) => resolve(given)))
    expect(await answerOf(stream)).toMatchObject({ headers: { 'grpc-status': '5' }, trailers: {} })
    // The end of the stream comes with the head.
    expect(Number(await flags) & 1).toBe(1)
  })

  it('is called by the name that its client uses where the route keeps it', async () => {
    const session = http2To(open, await gateway(await grpcUpstream(), { route: { preserve_host: true } }))
    expect((await ask(session, { ...CALL, ...GRPC }, 'x')).headers['x-authority']).toBe('api.test')
  })

  it('goes both ways before either end has said all', async () => {
    const session = http2To(open, await gateway(await grpcUpstream()))
    const stream = session.request({ ...CALL, ...GRPC })
    for (const word of ['one', 'two']) {
      stream.write(word)
      expect(String(await new Promise((resolve) => stream.once('data', resolve)))).toBe(word)
    }
    stream.end()
    expect((await answerOf(stream)).trailers).toMatchObject({ 'grpc-status': '0' })
  })

  it('breaks off at the client when it does at the upstream', async () => {
    const port = await grpcUpstream((stream) => {
      stream.respond(GRPC)
      stream.write('half')
      stream.on('data', () => stream.destroy(new Error('out of order')))
    })
    const stream = http2To(open, await gateway(port)).request({ ...CALL, ...GRPC })
    const ends: string[] = []
    stream.on('end', () => ends.push('end')).on('aborted', () => ends.push('aborted'))
    stream.once('data', () => stream.write('go on'))
    const { body, code, trailers } = await answerOf(stream)
    expect({ body, code, trailers, first: ends[0] }).toEqual({
      body: 'half',
      code: 2,
      trailers: {},
      first: 'aborted',
    })
  })

  it('may come over HTTP/1.1 where its route lets requests in', async () => {
    const route = { protocols: ['http'] }
    const { url } = await gateway(await grpcUpstream(), { route })
    const response = await fetch(`${url}/a.B/C`, { method: 'POST', headers: GRPC, body: 'frames' })
    expect([response.status, await response.text()]).toEqual([200, 'frames'])
  })

  it('that is answered before it is read leaves the connection of its client in order', async () => {
    const port = await grpcUpstream((stream) =>
      stream.respond({ ...GRPC, 'grpc-status': '8' }, { endStream: true }),
    )
    const { port: at } = await gateway(port, { route: { protocols: ['http'] } })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    open.push({ [Symbol.asyncDispose]: async () => agent.destroy() })
    const ports: (number | undefined)[] = []
    for (const body of ['x'.repeat(1_000_000), 'y']) {
      const sent = request({ port: at, agent, method: 'POST', path: '/a.B/C', headers: GRPC }).end(body)
      const [response] = await once(sent, 'response')
      ports.push(sent.socket?.localPort)
      expect(response.headers['grpc-status']).toBe('8')
      await once(response.resume(), 'end')
    }
    expect(ports[1]).toBe(ports[0])
  })
})

describe('on a route for calls', () => {
  it.each([
    ['another request', {}, { protocols: ['grpc'] }, 415, undefined],
    ['a call of a route for TLS only, without', GRPC, { protocols: ['grpcs'] }, 200, '1'],
  ])('%s is refused', async (_what, headers, route, status, code) => {
    const session = http2To(open, await gateway(1, { route }))
    const answer = await ask(session, { ...CALL, ...headers }, 'x')
    expect([answer.status, answer.headers['grpc-status']]).toEqual([status, code])
  })
})

describe('a call that the gateway answers', () => {
  const denying: PluginDefinition = {
    name: 'denying',
    priority: 1,
    create: () => ({ access: () => ({ status: 401, body: { message: 'No: 100% ü' } }) }),
  }
  it.each<[string, Wishes, number, string, string]>([
    ['has no service', { service: null }, 503, '14', 'Unavailable'],
    ['has no upstream', {}, 502, '13', 'An invalid response was received from the upstream server'],
    ['is denied by a plugin', { plugins: [denying] }, 401, '16', 'No: 100%25 %C3%BC'],
  ])('is told so in its own words when it %s', async (_what, wishes, status, code, message) => {
    const session = http2To(open, await gateway(1, wishes))
    expect(await ask(session, { ...CALL, ...GRPC }, 'x')).toMatchObject({
      status,
      body: '',
      headers: { ...GRPC, 'grpc-status': code, 'grpc-message': message },
    })
  })
})
