import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from './fixtures/admin.ts'
import { exchange } from './fixtures/socket.ts'

const databases = useDatabases()
let app: FastifyInstance
let port: number

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
  await app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.server.address() as AddressInfo).port // it listens on TCP
})
afterAll(() => app.close())

/** A line of an answer's head that a request tried to write. */
const SMUGGLED = /^x-smuggled:/im

describe('headers that come back', () => {
  it.each([
    ['a carriage return in an origin', 'GET', 'Origin: http://a\rX-Smuggled: 1'],
    ['a folded origin', 'GET', 'Origin: http://a\r\n X-Smuggled: 1'],
    ['NUL in an origin', 'GET', 'Origin: http://a\0'],
    ['an origin of bytes beyond ASCII', 'GET', 'Origin: http://\xff\xe9'],
    ['an origin of a tab', 'GET', 'Origin: http://a\tb'],
    [
      'a carriage return in the headers asked for',
      'OPTIONS',
      'Access-Control-Request-Headers: a\rX-Smuggled: 1',
    ],
    ['the headers asked for, folded', 'OPTIONS', 'Access-Control-Request-Headers: a\r\n X-Smuggled: 1'],
    ['headers asked for beyond ASCII', 'OPTIONS', 'Access-Control-Request-Headers: \xff'],
    ['a tag that is none', 'GET', 'If-Match: "\rX-Smuggled: 1"'],
    ['two origins', 'GET', 'Origin: http://a\r\nOrigin: http://b'],
  ])('carry no line of their own: %s', async (_what, method, header) => {
    const text = await exchange(
      port,
      `${method} /services HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${header}\r\n\r\n`,
    )
    const [head = ''] = text.split('\r\n\r\n', 1)
    expect(head).toMatch(/^HTTP\/1\.1 (200|204|400) /)
    expect(head).not.toMatch(SMUGGLED)
  })
})

describe('values that hold lines', () => {
  const lines = 'a\r\nX-Smuggled: 1\r\n\r\nHTTP/1.1 200 OK'

  it('are stored, and told in bodies only', async () => {
    const payload = JSON.stringify({ username: lines, custom_id: lines })
    const path = `/consumers/${encodeURIComponent(lines)}`
    const [created, read, listed] = [
      await exchange(port, request('POST', '/consumers', payload)),
      await exchange(port, request('GET', path)),
      await exchange(port, request('GET', `/consumers?custom_id=${encodeURIComponent(lines)}`)),
    ]
    expect(created).toMatch(/^HTTP\/1\.1 201 /)
    for (const text of [read, listed]) expect(text).toMatch(/^HTTP\/1\.1 200 /)
    for (const text of [created, read, listed]) {
      expect(text).not.toMatch(SMUGGLED)
      expect(text).toContain(JSON.stringify(lines))
    }
  })

  it.each([
    ['a path', 'GET', '/services%0d%0aX-Smuggled:%201'],
    ['a key', 'GET', '/services/a%0d%0aX-Smuggled:%201'],
    ['a collection that redirects nowhere', 'GET', '//evil.test/%0d%0aX-Smuggled:%201/..'],
    ['an offset', 'GET', '/services?offset=%0d%0aX-Smuggled:%201'],
    ['tags', 'GET', '/services?tags=a%0d%0aX-Smuggled:%201&size=1'],
    ['a log level', 'PUT', '/debug/node/log-level/a%0d%0aX-Smuggled:%201'],
    ['the name of a schema', 'GET', '/schemas/a%0d%0aX-Smuggled:%201'],
    ['the seconds to wait', 'DELETE', '/services/a?wait_for_sync=1%0d%0aX-Smuggled:%201'],
  ])('stay in the body of an answer: %s', async (_where, method, path) => {
    const text = await exchange(port, request(method, path))
    expect(text).toMatch(/^HTTP\/1\.1 [24]\d\d /)
    expect(text).not.toMatch(SMUGGLED)
    expect(text).not.toMatch(/^location:/im)
  })

  it('of a host are not told at all', async () => {
    const text = await exchange(
      port,
      'GET /services?size=1 HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n',
    )
    expect(text).not.toContain('evil.test')
  })
})

function request(method: string, path: string, payload = ''): string {
  const type = payload === '' ? '' : 'Content-Type: application/json\r\n'
  const length = `Content-Length: ${Buffer.byteLength(payload)}\r\n`
  const head = `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${type}${length}\r\n`
  return `${head}${Buffer.from(payload).toString('latin1')}`
}
