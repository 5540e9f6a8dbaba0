import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from './fixtures/admin.ts'
import { eventually } from './fixtures/eventually.ts'
import { exchange } from './fixtures/socket.ts'
import { refuseUnreadable } from './unreadable.ts'

const databases = useDatabases()
let app: FastifyInstance
let port: number

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
  await app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.server.address() as AddressInfo).port // it listens on TCP
})
afterAll(() => app.close())

const CREATE = 'POST /services HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'
const CHUNKED = `${CREATE}Transfer-Encoding: chunked\r\n\r\n`
const MEBIBYTE = 1024 * 1024

describe('what is no HTTP gets a refusal like all others, and the connection is closed', () => {
  const refused = 'Bad request'

  it.each([
    ['no request at all', 'hello\r\n\r\n', 400, refused],
    ['the start of TLS', '\x16\x03\x01\x02\x00\x01', 400, refused],
    ['a verb that HTTP lacks', 'FOO /services HTTP/1.1\r\nHost: a\r\n\r\n', 405, 'Method not allowed'],
    ['no host', 'GET /services HTTP/1.1\r\nConnection: close\r\n\r\n', 400, refused],
    ['a header without a name', 'GET /services HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n', 400, refused],
    ['NUL in a header', 'GET /services HTTP/1.1\r\nHost: a\0\r\n\r\n', 400, refused],
    ['two lengths', `${CREATE}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400, refused],
    [
      'a length beside chunks',
      `${CREATE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      refused,
    ],
    ['a length that is none', `${CREATE}Content-Length: -1\r\n\r\n{}`, 400, refused],
    ['a chunk whose size is none', `${CHUNKED}zz\r\n{}\r\n0\r\n\r\n`, 400, refused],
    ['a chunk that is longer than it says', `${CHUNKED}1\r\n{}\r\n0\r\n\r\n`, 400, refused],
    ['an endless chunk extension', `${CHUNKED}2;${'a'.repeat(40_000)}\r\n{}\r\n0\r\n\r\n`, 400, refused],
    [
      'a header of twenty thousand bytes',
      `GET /services HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'Request header fields too large',
    ],
    [
      'three thousand headers',
      `GET /services HTTP/1.1\r\nHost: a\r\n${'x-a: 1\r\n'.repeat(3000)}\r\n`,
      431,
      'Request header fields too large',
    ],
    [
      'a path of twenty thousand bytes',
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      431,
      'Request header fields too large',
    ],
  ])('%s', async (_what, bytes, status, message) => {
    const { head, body } = parts(await exchange(port, bytes))
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(head).toMatch(/^content-type: application\/json; charset=utf-8$/im)
    expect(JSON.parse(body)).toEqual({ message })
  })
})

describe('limits', () => {
  it('expect nothing of what a client expects', async () => {
    const bytes = `${CREATE}Content-Length: 17\r\nConnection: close\r\nExpect: the-unexpected\r\n\r\n{"host":"h.test"}`
    expect(await exchange(port, bytes)).toMatch(/^HTTP\/1\.1 201 /)
  })

  it('of a time to wait are told like all others', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/services/a?wait_for_sync=61' })
    const message = 'wait_for_sync must be a number of seconds, above 0 and at most 60'
    expect([answer.statusCode, answer.json()]).toEqual([400, { message }])
  })

  it.each([
    [
      'a body of eleven mebibytes',
      `${CREATE}Content-Length: ${11 * MEBIBYTE}\r\n\r\n`,
      413,
      'Payload too large',
    ],
    [
      'chunks of eleven mebibytes together',
      `${CHUNKED}${`100000\r\n${'a'.repeat(MEBIBYTE)}\r\n`.repeat(11)}`,
      413,
      'Payload too large',
    ],
    ['a thousand and one arguments', get(`/services?${'a&'.repeat(1000)}a`), 400, 'Too many arguments'],
    ['a segment of nine thousand bytes', get(`/services/${'a'.repeat(9000)}`), 414, 'URI too long'],
  ])('%s', async (_what, bytes, status, message) => {
    const { head, body } = parts(await exchange(port, bytes, isWhole))
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(JSON.parse(body)).toEqual({ message })
  })

  it.each([
    ['a form', 'tags[]=a&'.repeat(1001)],
    ['names that nest', `${'a.'.repeat(5000)}b=1&host=h.test`],
    ['objects in objects', `{"host":"h.test","a":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`],
    ['lists in lists', `{"host":"h.test","tags":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    [
      'lists in lists where none is known',
      `{"host":"h.test","a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    ],
    ['a patch', `{"client_certificate":${'{"id":'.repeat(5000)}1${'}'.repeat(5000)}}`],
  ])('too much inside a body is the client’s fault: %s', async (_what, body) => {
    const type = body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded'
    const answer = await app.inject({
      method: 'POST',
      url: '/services',
      headers: { 'content-type': type },
      payload: body,
    })
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(400)
    expect(answer.json()).toMatchObject({ message: expect.any(String) })
  })
})

describe('a great many of one thing', () => {
  const numbered = (count: number, text: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => text(at))

  it.each([
    ['brackets in a pattern', '/routes', { paths: [`~/${'[a'.repeat(4_000_000)}`] }],
    [
      'names of a certificate',
      '/certificates',
      { snis: [...numbered(400_000, (at) => `a${at}.test`), 'a0.test'] },
    ],
    ['tags', '/services', { host: 'h.test', tags: [...numbered(200_000, (at) => `a${at}`), ''] }],
    [
      'unknown fields',
      '/services',
      Object.fromEntries(numbered(50_000, (at) => `a${at}`).map((name) => [name, 1])),
    ],
  ])('is judged in proportion: %s', async (_what, url, body) => {
    const headers = { 'content-type': 'application/json' }
    const began = performance.now()
    const answer = await app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) })
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 2 }])
    // A second by itself; what takes time squared takes minutes.
    expect(performance.now() - began).toBeLessThan(25_000)
  })
})

describe('clients that are in no hurry', () => {
  it('hold up nobody else', async () => {
    const slow = Array.from({ length: 50 }, (_, index) => {
      const socket = connect(port, '127.0.0.1')
      socket.write(
        index % 2 === 0 ? 'GET /services HTTP/1.1\r\nHost' : `${CREATE}Content-Length: 1000\r\n\r\n{"host"`,
      )
      return socket
    })
    await eventually(async () => (await connections()) >= slow.length)
    const quick = await Promise.all(
      Array.from({ length: 20 }, () => exchange(port, get('/services'), isWhole)),
    )
    for (const text of quick) expect(text).toMatch(/^HTTP\/1\.1 200 /)
    for (const socket of slow) socket.destroy()
    await eventually(async () => (await connections()) === 0)
  })

  it('are refused in the end', async () => {
    const { headersTimeout, requestTimeout } = app.server
    expect([headersTimeout > 0, requestTimeout > 0]).toEqual([true, true])
    const limits = { connectionsCheckingInterval: 10, headersTimeout: 50, requestTimeout: 50 }
    const hasty = createServer(limits)
    hasty.on('clientError', (error, socket: Socket) => refuseUnreadable(error, socket, null))
    hasty.listen(0, '127.0.0.1')
    await once(hasty, 'listening')
    const { port: there } = hasty.address() as AddressInfo // it listens on TCP
    const { head, body } = parts(await exchange(there, 'GET / HTTP/1.1\r\nHo'))
    expect([head.split('\r\n')[0], body]).toEqual([
      'HTTP/1.1 408 Request Timeout',
      '{"message":"Request timeout"}',
    ])
    hasty.close()
  })
})

function connections(): Promise<number> {
  return new Promise((done, fail) =>
    app.server.getConnections((error, count) => (error === null ? done(count) : fail(error))),
  )
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`
}

/** Whether an answer is all there, by its length. */
function isWhole(text: string): boolean {
  const { head, body } = parts(text)
  return body.length >= Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? Number.POSITIVE_INFINITY)
}

function parts(text: string): { readonly head: string; readonly body: string } {
  const at = text.indexOf('\r\n\r\n')
  return at < 0 ? { head: text, body: '' } : { head: text.slice(0, at), body: text.slice(at + 4) }
}
