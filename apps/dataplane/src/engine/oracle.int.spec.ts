import http from 'node:http'
import { freePort } from '@biplane/tools/postgres'
import httpProxy from 'http-proxy'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aGateway, type Gateway } from '../fixtures/a-gateway.ts'
import { anUpstream, serviceAt, type Upstream } from '../fixtures/an-upstream.ts'

/** What upstream and client see of one request through a proxy. */
interface Sight {
  readonly upstream: unknown
  readonly client: unknown
}

let upstream: Upstream
let gateway: Gateway
let oracle: http.Server
let seen: unknown
const agent = new http.Agent({ keepAlive: true })

beforeAll(async () => {
  upstream = await anUpstream((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      seen = { method, url, headers: comparable(headers), body: Buffer.concat(chunks).toString() }
      answers[Number(headers['x-answer'] ?? 0)]?.(response)
    })
  })
  gateway = await aGateway()
  const { id } = gateway.put('services', serviceAt(upstream))
  gateway.put('routes', { paths: ['/'], strip_path: false, preserve_host: true, service: { id } })
  gateway.serve()
  const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${upstream.port}`, agent })
  const port = await freePort()
  oracle = http.createServer((request, response) => proxy.web(request, response)).listen(port, '127.0.0.1')
})

afterAll(async () => {
  agent.destroy()
  oracle.closeAllConnections()
  await new Promise((resolve) => oracle.close(resolve))
  await gateway[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

const answers: readonly ((response: http.ServerResponse) => void)[] = [
  (response) => response.end('plain'),
  (response) => response.writeHead(204).end(),
  (response) => response.writeHead(304, { etag: '"1"' }).end(),
  (response) =>
    response.writeHead(200, 'Fine', { 'content-length': '3', 'set-cookie': ['a=1', 'b=2'] }).end('abc'),
  (response) => {
    response.writeHead(500, { 'x-empty': '' })
    for (const piece of ['one', 'two', 'x'.repeat(100_000)]) response.write(piece)
    response.end()
  },
]

/**
 * The engine against http-proxy, which half the world runs: where the gateway does nothing of its own, both must do the
 * same. Left out is what http-proxy does of its own accord: it puts a Content-Length on every OPTIONS, rewrites double
 * slashes in paths and writes all header names in lower case.
 */
describe('the engine and http-proxy', () => {
  const cases = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
    answers.map((_, answer) => [method, answer] as const),
  )
  it.each(cases)('agree on %s, answered in way %i', async (method, answer) => {
    const body = ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method) ? 'a body' : undefined
    const ask = { method, path: '/a/b?c=d&e=%20', answer, ...(body === undefined ? {} : { body }) }
    expect(await through(gateway.port, ask)).toEqual(await through(portOf(oracle), ask))
  })

  it('agree on a body whose length is not known before', async () => {
    const ask = { method: 'POST', path: '/', answer: 0, body: 'a body', chunked: true }
    expect(await through(gateway.port, ask)).toEqual(await through(portOf(oracle), ask))
  })
})

interface Question {
  readonly method: string
  readonly path: string
  readonly answer: number
  readonly body?: string
  readonly chunked?: boolean
}

function through(port: number, { method, path, answer, body, chunked }: Question): Promise<Sight> {
  return new Promise((resolve, reject) => {
    const length = body === undefined || chunked ? {} : { 'content-length': body.length }
    const headers = { host: 'a.test', 'x-answer': answer, accept: ['a', 'b'], ...length }
    const request = http.request({ port, host: '127.0.0.1', method, path, headers }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      const { statusCode, statusMessage } = response
      resolve({
        upstream: seen,
        client: { statusCode, statusMessage, headers: comparable(response.headers), text },
      })
    })
    request.on('error', reject).end(body)
  })
}

/** What the gateway adds, and what belongs to one connection or moment, is left out. */
function comparable(headers: http.IncomingHttpHeaders): Record<string, unknown> {
  const own = /^(x-forwarded-.*|x-real-ip|via|x-biplane-.*|connection|keep-alive|date)$/
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.test(name)))
}

function portOf(server: http.Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
