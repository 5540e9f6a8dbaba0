import { randomUUID } from 'node:crypto'
import { type Database, readHead } from '@biplane/database'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, emptied, useDatabases } from '../fixtures/admin.ts'

const databases = useDatabases()
let db: Database
let app: FastifyInstance
let other: FastifyInstance
beforeAll(async () => {
  db = await databases.migrated()
  app = anAdmin(db)
  other = anAdmin(await databases.migrated())
})

interface Item {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: Record<string, unknown>
  readonly headers?: Record<string, string>
}

async function commit(payload: unknown, to = app) {
  const headers = { 'content-type': 'application/json' }
  const answer = await to.inject({
    method: 'POST',
    url: '/transactions',
    headers,
    payload: JSON.stringify(payload),
  })
  return { status: answer.statusCode, body: answer.json(), revision: answer.headers['x-biplane-revision'] }
}
const get = async (url: string, from = app) => (await from.inject(url)).json()
const aName = () => `n-${randomUUID()}`

describe('a transaction', () => {
  it('is one revision, in which each item sees those before it', async () => {
    const { revision } = await readHead(db)
    const [service, route] = [aName(), aName()]
    const answer = await commit([
      { method: 'POST', path: '/services', body: { name: service, host: 'h.test' } },
      { method: 'PUT', path: `/services/${service}/routes/${route}`, body: { paths: ['/x'] } },
      { method: 'POST', path: '/plugins', body: { name: 'key-auth', route: { name: route } } },
      { method: 'PATCH', path: `/routes/${route}/service`, body: { retries: 1 } },
      { method: 'DELETE', path: '/services/nothing' },
    ])
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    expect([answer.revision, answer.body.revision]).toEqual([String(revision + 1), revision + 1])
    const results: { status: number; body: Record<string, unknown>; etag?: string }[] = answer.body.results
    expect(results.map(({ status }) => status)).toEqual([201, 200, 201, 200, 204])
    expect(results[3]).toMatchObject({
      body: await get(`/services/${service}`),
      etag: expect.any(String),
    })
    expect(results[4]).toEqual({ status: 204, body: null })
  })

  it('whose last item fails leaves no trace, and says which and why', async () => {
    const head = await readHead(db)
    const name = aName()
    const create = { method: 'POST', path: '/consumers', body: { username: name } }
    const items = [
      ...Array.from({ length: 9 }, () => ({ ...create, body: { username: aName() } })),
      create,
      create,
    ]
    const { status, body, revision } = await commit(items)
    expect([status, revision]).toEqual([409, undefined])
    expect(body).toMatchObject({
      message: 'item 10, POST /consumers, was answered 409: nothing was written',
      item: {
        index: 10,
        method: 'POST',
        path: '/consumers',
        status: 409,
        body: { name: 'unique constraint violation' },
      },
    })
    expect(await readHead(db)).toEqual(head)
    expect((await app.inject(`/consumers/${name}`)).statusCode).toBe(404)
  })

  it('holds to the conditions of its items', async () => {
    const name = aName()
    const create = (headers: object) => ({
      method: 'PUT',
      path: `/services/${name}`,
      body: { host: 'h.test' },
      headers,
    })
    const { body } = await commit([create({ 'If-None-Match': '*' })])
    expect((await commit([create({ 'If-None-Match': '*' })])).body.item).toMatchObject({
      index: 0,
      status: 412,
    })
    const onlyIfUnchanged = [create({ 'If-Match': body.results[0].etag })]
    expect((await commit(onlyIfUnchanged)).status).toBe(200)
    await commit([{ method: 'PATCH', path: `/services/${name}`, body: { retries: 1 } }])
    expect((await commit(onlyIfUnchanged)).body.item).toMatchObject({ index: 0, status: 412 })
  })

  it.each<[string, unknown, string]>([
    ['no list', { method: 'POST' }, 'expected a JSON array of writes'],
    ['an empty list', [], 'expected at least one write'],
    ['too many', Array(1001).fill({}), 'expected at most 1000 writes, got 1001'],
    ['no object', [1], 'item 0: expected an object'],
    ['no method', [{ path: '/services' }], 'item 0: method must be one of POST, PUT, PATCH, DELETE'],
    [
      'a method that is no text',
      [{ method: { toString: null }, path: '/services' }],
      'item 0: method must be one of POST, PUT, PATCH, DELETE',
    ],
    [
      'a read',
      [{ method: 'GET', path: '/services' }],
      'item 0: method must be one of POST, PUT, PATCH, DELETE',
    ],
    ['no path', [{ method: 'POST', path: 'services' }], 'item 0: path must be a text that begins with /'],
    [
      'itself',
      [{ method: 'POST', path: '/transactions' }],
      'item 0: path must be one of entities, and /transactions is none',
    ],
    [
      'a whole config',
      { writes: [{ method: 'POST', path: '/config?x' }] },
      'item 0: path must be one of entities, and /config is none',
    ],
    [
      'a path that leads elsewhere',
      [{ method: 'PUT', path: '/services/%2e%2e/debug/node/log-level/debug' }],
      'item 0: path must be one of entities, and /debug is none',
    ],
    [
      'a path of another server',
      [{ method: 'PUT', path: '//other.test/services' }],
      'item 0: path must be one of this Admin API',
    ],
    [
      'a wait',
      [{ method: 'PUT', path: '/services/a?x&wait_for_sync=1' }],
      'item 0: wait_for_sync is for the whole transaction',
    ],
    [
      'a body that is none',
      [{ method: 'PUT', path: '/services/a', body: 'a=b' }],
      'item 0: body must be an object',
    ],
    [
      'other headers',
      [{ method: 'PUT', path: '/services/a', headers: { host: 'a' } }],
      'item 0: headers may hold If-Match and If-None-Match, each a text',
    ],
    ['a misspelt member', [{ methd: 'PUT', path: '/services/a' }], "item 0: unknown member 'methd'"],
  ])('of %s is refused', async (_, payload, message) => {
    expect(await commit(payload)).toEqual({ status: 400, body: { message }, revision: undefined })
  })

  it('that is no JSON is refused', async () => {
    expect((await app.inject({ method: 'POST', url: '/transactions', payload: '[' })).json()).toEqual({
      message: 'Cannot parse JSON body',
    })
  })

  it('is whole for those who do the same things in another order at the same time', async () => {
    const names = [aName(), aName(), aName()]
    for (const name of names)
      await commit([{ method: 'PUT', path: `/services/${name}`, body: { host: 'h.test', retries: 0 } }])
    const all = (order: readonly string[], retries: number) =>
      order.map((name) => ({ method: 'PATCH', path: `/services/${name}`, body: { retries } }))
    const order = [names, names.toReversed()]
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => commit(all(order[n % 2] ?? names, n + 1))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    const last = await Promise.all(names.map(async (name) => (await get(`/services/${name}`)).retries))
    expect(new Set(last).size).toBe(1)
  })

  it('equals its items, one by one up to the first that fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryItem, { minLength: 1, maxLength: 12 }), async (items) => {
        await Promise.all([app, other].map(emptied))
        const { status, body } = await commit(items)
        const single = []
        for (const { method, path, body } of items) {
          const answer = await other.inject({ method, url: path, ...(body && { payload: body }) })
          single.push({
            status: answer.statusCode,
            body: steady(answer.payload === '' ? null : answer.json()),
          })
          if (answer.statusCode >= 300) break
        }
        const failed = single.find((answer) => answer.status >= 300)
        if (failed === undefined) {
          expect(
            body.results.map(({ status, body }: { status: number; body: unknown }) => ({
              status,
              body: steady(body),
            })),
          ).toEqual(single)
          expect(steady(await everything(app))).toEqual(steady(await everything(other)))
          return
        }
        expect(status).toBe(failed.status)
        expect(body.item).toMatchObject({ index: single.indexOf(failed), status: failed.status })
        expect(steady(body.item.body)).toEqual(failed.body)
        expect(Object.values(await everything(app)).flat()).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
})

const ids = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`)
const name = fc.constantFrom('a', 'b', 'c')
const id = fc.constantFrom(...ids)
const arbitraryItem: fc.Arbitrary<Item> = fc.oneof(
  fc.record({
    method: fc.constant<Item['method']>('PUT'),
    path: id.map((each) => `/services/${each}`),
    body: fc.record({ name, host: fc.constant('h.test'), retries: fc.nat({ max: 3 }) }),
  }),
  fc.record({
    method: fc.constant<Item['method']>('PUT'),
    path: fc.tuple(name, id).map(([service, each]) => `/services/${service}/routes/${each}`),
    body: fc.record({ name, paths: fc.constant(['/x']) }),
  }),
  fc.record({
    method: fc.constant<Item['method']>('PATCH'),
    path: name.map((each) => `/services/${each}`),
    body: fc.record({ retries: fc.constantFrom(1, 2, -1) }),
  }),
  fc.record({
    method: fc.constant<Item['method']>('DELETE'),
    path: fc.oneof(
      name.map((each) => `/services/${each}`),
      name.map((each) => `/routes/${each}`),
    ),
  }),
)

async function everything(from: FastifyInstance) {
  const sorted = async (path: string) =>
    (await get(path, from)).data.toSorted((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1))
  return { services: await sorted('/services'), routes: await sorted('/routes') }
}

/** Without what is another one each time. */
function steady(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each) => (/^(created|updated)_at$/.test(key) ? 0 : each))
}
