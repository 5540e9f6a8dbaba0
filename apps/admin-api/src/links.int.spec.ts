import type { Database } from '@biplane/database'
import { readHead } from '@biplane/database'
import type { JsonObject } from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from './fixtures/admin.ts'
import { aName } from './fixtures/examples.ts'

const databases = useDatabases()
let db: Database
let app: FastifyInstance

beforeAll(async () => {
  db = await databases.migrated()
  app = anAdmin(db)
})

describe('PUT of what a link names', () => {
  it('creates it and links it in one revision, when there was none', async () => {
    const route = await create('/routes', { paths: ['/'] })
    const before = await readHead(db)
    const put = await send('PUT', `/routes/${route.id}/service`, { host: 'new.test' })
    expect(put.statusCode).toBe(200)
    expect((await readHead(db)).revision).toBe(before.revision + 1)
    expect(Number(put.headers['x-biplane-revision'])).toBe(before.revision + 1)
    expect((await send('GET', `/routes/${route.id}`)).json()).toMatchObject({
      service: { id: put.json<JsonObject>().id },
    })
  })

  it('creates nothing when the entity cannot be linked', async () => {
    const route = await create('/routes', { protocols: ['tcp'], destinations: [{ port: 1 }] })
    const plugin = await create('/plugins', { name: 'key-auth', protocols: ['https'] })
    const refused = await send('PUT', `/plugins/${plugin.id}/route`, {
      name: 'never-made',
      protocols: ['tcp'],
      destinations: [{ port: 2 }],
    })
    expect(refused.json()).toMatchObject({
      fields: { protocols: "must match the associated route's protocols" },
    })
    expect((await send('GET', '/routes/never-made')).statusCode).toBe(404)
    expect((await send('GET', `/routes/${route.id}`)).statusCode).toBe(200)
  })

  it('replaces what is linked already', async () => {
    const service = await create('/services', { host: 'a.test', retries: 1 })
    const route = await create('/routes', { paths: ['/'], service: { id: String(service.id) } })
    const put = await send('PUT', `/routes/${route.id}/service`, { host: 'b.test' })
    expect(put.json()).toMatchObject({ id: service.id, host: 'b.test', retries: 5 })
  })
})

describe('a reference by another unique field', () => {
  it('is resolved, in JSON, in forms and in patches', async () => {
    const [first, second] = [aName(), aName()]
    const services = [
      await create('/services', { name: first, host: 'h.test' }),
      await create('/services', { name: second, host: 'h.test' }),
    ]
    const ids = services.map(({ id }) => ({ id }))
    const route = await create('/routes', { paths: ['/'], service: { name: first } })
    expect(route.service).toEqual(ids[0])
    const patched = await send('PATCH', `/routes/${route.id}`, { service: { name: second } })
    expect(patched.json()).toMatchObject({ service: ids[1] })
    const form = await app.inject({
      method: 'PATCH',
      url: `/routes/${route.id}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `service.name=${first}`,
    })
    expect(form.json()).toMatchObject({ service: ids[0] })
  })

  it('is refused when there is none', async () => {
    const answer = await send('POST', '/routes', { paths: ['/'], service: { name: 'ghost' } })
    const reason = `the foreign key cannot be resolved with '{name="ghost"}' for an existing 'services' entity`
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      {
        code: 13,
        name: 'foreign keys unresolved',
        message: `foreign key unresolved (service.name: ${reason})`,
        fields: { service: { name: reason } },
      },
    ])
  })

  it.each([
    ['a service', { service: { id: crypto.randomUUID() } }, '/routes', { paths: ['/'] }],
    [
      'a certificate',
      { client_certificate: { id: crypto.randomUUID() } },
      '/services',
      { url: 'https://h.test' },
    ],
  ])('is refused when its id is of nothing: %s', async (_what, reference, path, body) => {
    const answer = await send('POST', path, { ...body, ...reference })
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 4, fields: reference }])
  })
})

it('a plugin must speak a protocol of a route of its service, whoever writes when', async () => {
  const service = await create('/services', { host: 'h.test' })
  const plugin = { name: 'key-auth', protocols: ['grpc', 'grpcs'], service: { id: String(service.id) } }
  const early = await create('/plugins', plugin)
  await create('/routes', { paths: ['/'], protocols: ['https'], service: { id: String(service.id) } })
  const late = await send('PATCH', `/plugins/${early.id}`, { enabled: false })
  expect(late.json()).toMatchObject({
    message: `schema violation (protocols: must match the protocols of at least one route pointing to this Plugin's service)`,
  })
  expect((await send('PATCH', `/plugins/${early.id}`, { protocols: ['https'] })).statusCode).toBe(200)
})

async function create(path: string, body: JsonObject): Promise<JsonObject> {
  const answer = await send('POST', path, body)
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

function send(method: 'GET' | 'POST' | 'PUT' | 'PATCH', url: string, body?: JsonObject) {
  const headers = { 'content-type': 'application/json' }
  return app.inject({ method, url, ...(body && { headers, payload: JSON.stringify(body) }) })
}
