import { randomUUID } from 'node:crypto'
import { isJsonObject, type JsonObject } from '@biplane/entities'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, anAdminOf, emptied, registry, useDatabases } from '../fixtures/admin.ts'
import configScenarios from '../fixtures/config-scenarios.json' with { type: 'json' }
import { type Conformity, watchAnswers } from '../fixtures/conformity.ts'
import { examples } from '../fixtures/examples.ts'
import { aDblessAdmin, aMemoryBackend } from '../fixtures/memory.ts'
import { play, type Scenario } from '../fixtures/scenario.ts'
import scenarios from '../fixtures/scenarios.json' with { type: 'json' }
import { aGate, aToken } from '../fixtures/tokens.ts'

const databases = useDatabases()
let app: FastifyInstance
let answers: Conformity

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
  answers = await watchAnswers(app)
})

describe('every answer is as the document tells', () => {
  // The files are read as data, so their type is stated here.
  it.each(scenarios as unknown as readonly Scenario[])('where $title', async (scenario) => {
    await play(app, scenario)
    await emptied(app)
    expect(answers.faults).toEqual([])
  })

  it.each(Object.keys(examples))('where one of %s is made, shown, changed and removed', async (kind) => {
    const { path = `/${registry.get(kind)?.collection}`, body, patch } = await exampleOf(kind)
    const entity = await made('POST', path, body)
    const url = `${path}/${entity.id}`
    await app.inject(path)
    const { etag } = (await app.inject(url)).headers
    await app.inject({ url, headers: { 'if-none-match': String(etag) } })
    await send('PATCH', url, patch, { 'if-match': '"another"' })
    await send('PATCH', url, patch)
    await send('PUT', url, body)
    await send('POST', path, body)
    await app.inject({ method: 'DELETE', url })
    expect(answers.faults).toEqual([])
  })

  it('where many are written at once, and where one of them is refused', async () => {
    const writes = [{ method: 'PUT', path: '/services/many', body: { host: 'h.test' } }]
    await send('POST', '/transactions', writes)
    await send('POST', '/transactions', [...writes, { method: 'DELETE', path: '/services/many/routes/x' }])
    await send('POST', '/transactions', { writes: [{ method: 'GET', path: '/' }] })
    await send('POST', '/services/many/routes?wait_for_sync=0.2', { paths: ['/many'] })
    expect(answers.faults).toEqual([])
  })

  it('where writes are only rehearsed', async () => {
    await send('POST', '/services?preflight=true', { name: 'only', host: 'h.test' })
    await send('PUT', '/services/only?preflight=true', { host: 'h.test' })
    await app.inject({ method: 'DELETE', url: '/services/only?preflight=true' })
    await send('PATCH', '/services/only?preflight=true', {})
    await send('POST', '/services?preflight=perhaps', {})
    await send('POST', '/transactions?preflight=true', [
      { method: 'PUT', path: '/services/only', body: { host: 'h' } },
    ])
    await send('POST', '/config?preflight=true', { _format_version: '3.0' })
    expect(answers.faults).toEqual([])
  })

  it('where the whole config is taken, tried and refused', async () => {
    const document = {
      _format_version: '3.0',
      services: [{ name: 's', host: 'h.test' }],
      consumers: [{ username: 'c' }],
    }
    await send('POST', '/config?dry_run=1', document)
    await send('POST', '/config', document)
    const changed = { ...document, services: [{ name: 's', host: 'other.test' }], consumers: [] }
    await send('POST', '/config?dry_run=1', changed)
    await app.inject('/config')
    await send('POST', '/config?flatten_errors=1', { ...document, services: [{ name: 's', nope: 1 }] })
    await send('POST', '/config', { ...document, services: [{ name: 's', nope: 1 }] })
    await send('POST', '/config', { services: [] })
    expect(answers.faults).toEqual([])
  })

  it(
    'where nothing is right',
    async () => {
      const asked = await nonsense(app)
      expect(answers.faults).toEqual([])
      expect(asked.filter((endpoint) => !answers.seen.has(endpoint))).toEqual([])
      const statuses = [...answers.seen.values()].flatMap((each) => [...each])
      expect(statuses).not.toContain(500)
    },
    PATIENCE,
  )
})

it('every answer to who is not known, or may only read, is as the document tells', async () => {
  const tokens = [aToken('reader', 'r', 'read-only'), aToken('writer', 'w')]
  const app = anAdminOf(await aMemoryBackend(), { gate: aGate({ tokens }, () => 0) })
  const answers = await watchAnswers(app, { 'kong-admin-token': 'w' })
  await app.inject('/services')
  await app.inject({ method: 'PUT', url: '/services/a', headers: { 'kong-admin-token': 'r' } })
  for (const guess of Array.from({ length: 100 }, (_, index) => `guess-${index}`))
    await app.inject({ url: '/services', headers: { authorization: `Bearer ${guess}` } })
  await app.inject('/openapi')
  expect(answers.faults).toEqual([])
  expect(answers.seen.get('GET /services')).toEqual(new Set([401, 429]))
  expect(answers.seen.get('PUT /services/{services}')).toEqual(new Set([403]))
  expect(answers.seen.get('GET /openapi')).toEqual(new Set([200]))
})

describe('every answer without a database is as the document tells', () => {
  let dbless: FastifyInstance
  let answers: Conformity

  beforeAll(async () => {
    dbless = await aDblessAdmin()
    answers = await watchAnswers(dbless)
  })

  it.each(configScenarios as unknown as readonly Scenario[])('where $title', async (scenario) => {
    await play(dbless, scenario)
    expect(answers.faults).toEqual([])
  })

  it(
    'where nothing can be written',
    async () => {
      await nonsense(dbless)
      expect(answers.faults).toEqual([])
    },
    PATIENCE,
  )
})

/** Thousands of requests, on a machine that may be busy. */
const PATIENCE = 300_000

/** Asks for every operation as if it had never read the document, and tells which there are. */
async function nonsense(app: FastifyInstance): Promise<readonly string[]> {
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, JsonObject> }>()
  for (const [template, verbs] of Object.entries(paths)) {
    const url = template.replaceAll(/\{[^}]+\}/g, randomUUID())
    await app.inject(template.replaceAll(/\{[^}]+\}/g, '%20..%2f'))
    for (const verb of Object.keys(verbs)) {
      const method = verb.toUpperCase() as 'GET' // whatever the document names
      const asked = verb === 'get' ? QUERIES : [...QUERIES, ...BODIES]
      for (const { query = '', ...more } of asked) await app.inject({ method, url: url + query, ...more })
    }
  }
  return Object.entries(paths).flatMap(([template, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${template}`),
  )
}

type Asked = Pick<InjectOptions, 'payload' | 'headers'> & { readonly query?: string }

const QUERIES: readonly Asked[] = [
  {},
  { query: '?size=0&offset=%00&tags=a,b/c&wait_for_sync=x&custom_id=&unit=q' },
]

const BODIES: readonly Asked[] = [
  { payload: { name: 5, nope: null, config: [] }, headers: { 'if-match': '*' } },
  {
    payload: 'name=&tags[]=%00&config.x=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  { payload: '{', headers: { 'content-type': 'application/json', 'if-none-match': 'x' } },
  { payload: 'x', headers: { 'content-type': 'text/plain' } },
]

async function exampleOf(kind: string) {
  const example = await examples[kind]?.(async (other) => {
    const { path = `/${registry.get(other)?.collection}`, body } = await exampleOf(other)
    const { id } = await made('POST', path, body)
    return String(id)
  })
  if (example === undefined) throw new Error(`no example of ${kind}`)
  return example
}

async function made(method: 'POST', url: string, payload: JsonObject): Promise<JsonObject> {
  const response = await send(method, url, payload)
  const body: unknown = response.json()
  if (!isJsonObject(body)) throw new Error(response.body)
  return body
}

function send(
  method: 'POST' | 'PUT' | 'PATCH',
  url: string,
  payload: object,
  headers: Record<string, string> = {},
) {
  return app.inject({ method, url, payload, headers })
}
