import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from './fixtures/admin.ts'

const databases = useDatabases()
let app: FastifyInstance
let origin: string

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
  origin = await app.listen({ host: '127.0.0.1', port: 0 })
  await post({ name: 'a', host: 'h.test' })
})
afterAll(() => app.close())

describe('paths and verbs', () => {
  it.each([
    ['a path that does not exist', 'GET', '/nothing', 404],
    ['a path in another case', 'GET', '/Services', 404],
    ['an enterprise path', 'GET', '/default/kong', 404],
    ['a verb that a path does not offer', 'PATCH', '/services', 405],
    ['a verb that HTTP has and the Admin API has not', 'PROPFIND', '/services', 405],
    ['a verb below an entity', 'POST', '/services/a', 405],
    ['any verb on a path that does not exist', 'DELETE', '/nothing', 404],
    ['a slash at the end', 'GET', '/services/', 200],
    ['a slash after a key', 'GET', '/services/a/', 200],
    ['a path parameter that is percent-encoded', 'GET', '/services/%61', 200],
    ['a collection with an encoded name', 'GET', '/%73ervices', 200],
    ['OPTIONS on a path that does not exist', 'OPTIONS', '/nothing', 404],
    ['a list of one kind below another', 'GET', '/services/a/routes', 200],
    ['a list below a parent that is missing', 'GET', '/services/b/routes', 404],
    ['the nodes', 'GET', '/clustering/data-planes', 200],
    ['another verb on the nodes', 'DELETE', '/clustering/data-planes', 405],
    ['a single node', 'GET', '/clustering/data-planes/a9ffe0a7-0a4f-4c4c-8d62-5ea6e3b9b1f1', 404],
    [
      'a verb on a single node that Kong has not',
      'PATCH',
      '/clustering/data-planes/a9ffe0a7-0a4f-4c4c-8d62-5ea6e3b9b1f1',
      404,
    ],
    ['the table of nodes by its own name', 'GET', '/clustering_data_planes', 404],
  ])('answer %s', async (_what, method, url, status) => {
    const answer = await app.inject({ method: method as 'GET', url }) // PROPFIND is not among the types
    expect(answer.statusCode).toBe(status)
    if (status === 404) expect(answer.json()).toEqual({ message: 'Not found' })
    if (status === 405) expect(answer.json()).toEqual({ message: 'Method not allowed' })
  })

  it('answer HEAD as GET without its body', async () => {
    const [get, head] = [
      await app.inject('/services/a'),
      await app.inject({ method: 'HEAD', url: '/services/a' }),
    ]
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      get.headers['content-length'],
    ])
  })

  it('tell their verbs to OPTIONS', async () => {
    const headers = { origin: 'http://manager.test', 'access-control-request-headers': 'X-A, X-B' }
    const { statusCode, headers: told } = await app.inject({ method: 'OPTIONS', url: '/services/a', headers })
    const verbs = 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT'
    expect(statusCode).toBe(204)
    expect(told).toMatchObject({ allow: verbs, 'access-control-allow-methods': verbs })
    expect(told).toMatchObject({ 'access-control-allow-headers': 'X-A, X-B' })
  })
})

describe('every answer', () => {
  it.each([
    ['a success', { url: '/services' }],
    ['an unknown path', { url: '/nothing' }],
    ['a verb that is not offered', { method: 'PATCH', url: '/services' }],
    ['a body that is no JSON', aPost('{')],
    ['a path that cannot be decoded', { url: '/services/%zz' }],
  ] satisfies [string, InjectOptions][])('carries the headers of Kong: %s', async (_what, request) => {
    const { headers } = await app.inject({ headers: { origin: 'http://manager.test' }, ...request })
    expect(headers.server).toBe('kong/3.4.0')
    expect(headers['x-kong-admin-latency']).toMatch(/^\d+$/)
    expect(headers['access-control-allow-credentials']).toBe('true')
    expect(['http://manager.test', '*']).toContain(headers['access-control-allow-origin'])
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
  })

  it.each([
    ['of the page that asks', null, 'http://a.test', 'http://a.test', 'Origin'],
    ['of any, where no page asks', null, undefined, '*', 'Origin'],
    ['that the settings name', 'http://manager.test', 'http://a.test', 'http://manager.test', undefined],
  ])('may be read by scripts of the origin %s', async (_what, guiOrigin, origin, allowed, vary) => {
    const chosen = anAdmin(databases.open(), { guiOrigin })
    for (const method of ['GET', 'OPTIONS'] as const) {
      const { headers } = await chosen.inject({
        method,
        url: '/endpoints',
        ...(origin && { headers: { origin } }),
      })
      expect([headers['access-control-allow-origin'], headers.vary]).toEqual([allowed, vary])
      expect(headers['access-control-allow-credentials']).toBe('true')
    }
  })

  it('says that its connection is kept for as long as nginx keeps it', async () => {
    expect((await fetch(`${origin}/services`)).headers.get('keep-alive')).toBe('timeout=75')
  })

  it('leaves out the headers that are switched off', async () => {
    const plain = anAdmin(await databases.migrated(), { headers: new Set() })
    const { headers } = await plain.inject('/services')
    expect([headers.server, headers['x-kong-admin-latency']]).toEqual([undefined, undefined])
  })
})

describe('bodies', () => {
  const cannotParse = { message: 'Cannot parse JSON body' }
  const missingHost = { code: 2, message: 'schema violation (host: required field missing)' }

  it.each([
    ['an unknown type', aPost('a', 'text/plain'), 415, undefined],
    ['yaml', aPost('a: 1', 'text/yaml'), 415, undefined],
    ['no type', { method: 'POST', url: '/services', payload: Buffer.from('a=1') }, 415, undefined],
    ['neither type nor body', { method: 'POST', url: '/services' }, 400, missingHost],
    ['an array', aPost('[1]'), 400, cannotParse],
    ['an empty array, which is no more than an empty object', aPost('[]'), 400, missingHost],
    ['a string', aPost('"a"'), 400, cannotParse],
    ['a number', aPost('1'), 400, cannotParse],
    ['null', aPost('null'), 400, cannotParse],
    ['nothing, called JSON', aPost(''), 400, cannotParse],
    ['JSON that ends early', aPost('{"name":'), 400, cannotParse],
    [
      'bytes that are no UTF-8',
      aPost(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
      400,
      cannotParse,
    ],
    [
      'two thousand levels of nesting',
      aPost(`{"tags":${'['.repeat(2000)}${']'.repeat(2000)}}`),
      400,
      { code: 2 },
    ],
    ['a million levels of nesting', aPost(`{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`), 400, {}],
    [
      'a form of a thousand and one fields',
      aForm('a=1&'.repeat(1000).concat('b=2')),
      400,
      { message: 'Too many arguments' },
    ],
    ['a form that cannot be decoded', aForm('name=%zz&%=&=%ff'), 400, {}],
    ['multipart without its boundary', aPost('x', 'multipart/form-data'), 400, {}],
    ['multipart that is none', aPost('x', 'multipart/form-data; boundary=b'), 400, {}],
  ] satisfies [string, InjectOptions, number, object | undefined][])(
    'answers %s',
    async (_what, request, status, body) => {
      const answer = await app.inject(request)
      expect(answer.statusCode, answer.body).toBe(status)
      if (body === undefined) expect(answer.body).toBe('')
      else expect(answer.json()).toMatchObject(body)
    },
  )

  it('takes a multipart form', async () => {
    const parts = ['name', 'host'].map(
      (name) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nm.test\r\n`,
    )
    const answer = await app.inject(aPost(`${parts.join('')}--b--\r\n`, 'multipart/form-data; boundary=b'))
    expect([answer.statusCode, answer.json()]).toMatchObject([201, { name: 'm.test', host: 'm.test' }])
  })

  it('takes ten mebibytes, and refuses more', async () => {
    const limit = 10 * 1024 * 1024
    const bodies = [limit, limit + 1].map((size) => `{"host":"${'a'.repeat(size - 11)}"}`)
    const answers = await Promise.all(bodies.map((body) => fetchPost(body)))
    expect(answers.map(({ status }) => status)).toEqual([201, 413])
  })

  it('keeps fields named as what objects inherit from being more than unknown', async () => {
    const answer = await app.inject(
      aPost('{"host":"h.test","__proto__":{"name":"x"},"constructor":1,"toString":2}'),
    )
    const unknown = 'unknown field'
    expect(answer.statusCode).toBe(400)
    expect(Object.entries(answer.json<{ fields: object }>().fields)).toEqual(
      expect.arrayContaining([
        ['__proto__', unknown],
        ['constructor', unknown],
        ['toString', unknown],
      ]),
    )
    expect(Object.hasOwn(Object.prototype, 'name')).toBe(false)
  })

  it('does not read the query of a write as fields', async () => {
    const answer = await app.inject({ ...aPost('{"host":"h.test"}'), url: '/services?retries=9&x=1' })
    expect(answer.json()).toMatchObject({ retries: 5 })
  })
})

describe('requests that no client of Kong would make', () => {
  it.each([
    ['a percent escape that is none', '/services/%zz', 400],
    ['a percent escape that is none in a key that takes any text', '/consumers/%zz', 404],
    ['a key that is missing', '/services//', 404],
    ['a key that is missing before another', '/services//routes', 404],
    ['a slash too many', '/services/a//', 404],
    ['an escape of half a character', '/services/%e4', 400],
    ['NUL in a key', '/services/%00', 400],
    ['NUL in the key of a kind that takes any text', '/key-auths/%00', 400],
    ['a slash in a key', '/services/a%2Fb', 400],
    ['a name of three thousand characters', `/services/${'x'.repeat(3000)}`, 404],
    ['a name of nine thousand characters', `/services/${'x'.repeat(9000)}`, 414],
    ['dots', '/services/../services', 404],
    ['two slashes', '//services', 404],
    ['a tag with NUL', '/services?tags=%00', 400],
    ['tags that are no UTF-8', '/services?tags=%ff', 400],
    ['an empty list of tags', '/services?tags=', 200],
    ['an offset that is no id', `/services?offset=${btoa('["x"]')}`, 200],
    ['an offset with NUL', `/services?offset=${btoa('["\\u0000"]')}`, 200],
    ['an offset of nodes that is no id', `/clustering/data-planes?offset=${btoa('["x"]')}`, 200],
    ['an offset that holds an object', `/services?offset=${btoa('[{}]')}`, 400],
    ['a size with an exponent', '/services?size=1e1', 200],
    ['an infinite size', '/services?size=Infinity', 400],
    ['a filter with NUL', '/consumers?custom_id=%00', 200],
    ['a thousand arguments', `/services?${'a&'.repeat(999)}a`, 200],
    ['a thousand and one', `/services?${'a&'.repeat(1000)}a`, 400],
    ['an absolute form', 'http://h:80/services/?size=1', 200],
    ['an absolute form with a port that is none', 'http://h:99999999/services', 400],
  ])('answers %s', async (_what, url, status) => {
    expect(await statusOf(url)).toBe(status)
  })

  it('answers a field that is longer than an index can hold', async () => {
    const long = Array.from({ length: 4000 }, () => Math.random().toString(36)).join('')
    for (const body of [
      { host: 'h.test', tags: [long] },
      { name: long, host: 'h.test' },
    ])
      expect((await app.inject(aPost(JSON.stringify(body)))).statusCode).toBe(400)
  })
})

describe('bytes on the wire', () => {
  it.each([
    ['a key that is not escaped', 'GET /services/\u00c3\u00bc HTTP/1.1', 'HTTP/1.1 400 ', 'percent-encoded'],
    ['a verb that is none', 'GEEEET / HTTP/1.1', 'HTTP/1.1 405 Method Not Allowed', 'Method not allowed'],
    ['what is no HTTP', 'hello', 'HTTP/1.1 400 Bad Request', 'Bad request'],
    ['TLS', '\u0016\u0003\u0001', 'HTTP/1.1 400 Bad Request', 'Bad request'],
    ['endless headers', `GET / HTTP/1.1\r\nA: ${'a'.repeat(99_999)}`, 'HTTP/1.1 431 ', 'too large'],
  ])('are answered in the form of all answers: %s', async (_what, request, status, told) => {
    const answer = await answerTo(`${request}\r\nHost: h\r\nConnection: close\r\n\r\n`)
    expect(answer).toContain(status)
    expect(answer).toMatch(/^server: kong\/3\.4\.0\r$/im)
    expect(answer).toMatch(/^content-type: application\/json; charset=utf-8\r$/im)
    expect(answer).toContain(told)
  })
})

describe('while the database is away', () => {
  it('says why, and that it is alive', async () => {
    const settings = { ...databases.settings(), port: 1 }
    const away = anAdmin(databases.open(settings))
    const refused = await away.inject('/services')
    expect([refused.statusCode, refused.json()]).toMatchObject([
      503,
      { message: expect.stringContaining('ECONNREFUSED') },
    ])
    const status = await away.inject('/status')
    expect([status.statusCode, status.json()]).toMatchObject([200, { database: { reachable: false } }])
    expect((await away.inject('/status/ready')).statusCode).toBe(503)
  })

  it('asks nothing of a database whose schema is not ready', async () => {
    const unprepared = 'the database has not answered yet'
    const starting = anAdmin(databases.open(), { condition: { unprepared, isLost: true } })
    const answer = await starting.inject('/services')
    expect([answer.statusCode, answer.json()]).toMatchObject([503, { code: 8, message: unprepared }])
    expect((await starting.inject('/status')).statusCode).toBe(200)
  })
})

function post(body: object) {
  return app.inject(aPost(JSON.stringify(body)))
}

function aPost(payload: string | Buffer, type = 'application/json'): InjectOptions {
  return { method: 'POST', url: '/services', headers: { 'content-type': type }, payload }
}

function aForm(payload: string): InjectOptions {
  return aPost(payload, 'application/x-www-form-urlencoded')
}

function fetchPost(body: string): Promise<Response> {
  return fetch(`${origin}/services`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
}

/** The path goes on the wire as it is. */
async function statusOf(path: string): Promise<number | undefined> {
  const request = get(origin, { path })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

/** @param bytes each as the character of its number */
async function answerTo(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.end(Buffer.from(bytes, 'latin1'))
  return text(socket)
}
