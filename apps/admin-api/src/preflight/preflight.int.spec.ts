import { randomUUID } from 'node:crypto'
import { type Database, readHead } from '@biplane/database'
import type { NodeReport, Understanding } from '@biplane/protocol'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Backend } from '../backend.ts'
import { aBackend, anAdminOf, useDatabases } from '../fixtures/admin.ts'
import { aReport } from '../fixtures/hub.ts'

const databases = useDatabases()
const hub = randomUUID()
const ids = ['new', 'old', 'bare'] as const
const nodeId = Object.fromEntries(ids.map((name) => [name, randomUUID()]))
const whole: Understanding = { before: null, lacks: [], refusesInsecure: false }
const old: Understanding = { ...whole, before: '3.2.0' }
const lack = { kind: 'plugin_set_incompatible', message: 'acl is missing', subject: 'acl' } as const
const bare: Understanding = { ...whole, lacks: [lack] }
let db: Database
let backend: Backend
let app: FastifyInstance
let session = 0

beforeAll(async () => {
  db = await databases.migrated()
  backend = aBackend(db)
  app = anAdminOf(backend)
})
beforeEach(() => tell({}))

/** Three nodes: one that understands all, one of 3.1, and one without the plugin acl. */
async function tell(given: Partial<Record<(typeof ids)[number], Partial<NodeReport>>>): Promise<void> {
  session += 1
  const understandings = { new: whole, old, bare }
  const nodes = ids.map((name) =>
    aReport({
      nodeId: nodeId[name] ?? '',
      hostname: name,
      session,
      understanding: understandings[name],
      ...given[name],
    }),
  )
  await backend.nodes.report(hub, session, { complete: true, nodes })
}

async function preflight(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  payload?: InjectOptions['payload'],
  headers: Record<string, string> = {},
) {
  const head = await readHead(db)
  const url = `${path}${path.includes('?') ? '&' : '?'}preflight=true`
  const answer = await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) })
  expect(await readHead(db)).toEqual(head)
  return { status: answer.statusCode, body: answer.payload === '' ? null : answer.json(), answer }
}
const send = async (method: 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => {
  const answer = await app.inject({ method, url, ...(payload && { payload }) })
  expect(answer.statusCode).toBeLessThan(300)
  return answer.payload === '' ? null : answer.json()
}
const aName = () => `n-${randomUUID()}`

describe('a preflight', () => {
  it('answers what would have been answered, and names no node that would get it as it is', async () => {
    const name = aName()
    const { status, body, answer } = await preflight('POST', '/services', { name, host: 'h.test' })
    expect([status, body]).toMatchObject([
      200,
      {
        message: 'nothing was written',
        answer: { status: 201, body: { name, host: 'h.test' } },
        withheld: 0,
        reduced: 0,
        nodes: [],
      },
    ])
    expect(answer.headers['x-biplane-revision']).toBeUndefined()
    expect((await app.inject(`/services/${name}`)).statusCode).toBe(404)
  })

  it('names the nodes that would get less, and what they would not be told', async () => {
    const payload = { name: aName(), host: 'h.test', port: 443, protocol: 'tls', tls_verify: true }
    const { body } = await preflight('POST', '/services', payload)
    expect(body).toMatchObject({
      withheld: 0,
      reduced: 1,
      nodes: [
        {
          id: nodeId.old,
          hostname: 'old',
          withheld: null,
          reductions: [{ on: 'services', severity: 'security', ids: [body.answer.body.id] }],
        },
      ],
    })
  })

  it('names the nodes that would get nothing any more, and why', async () => {
    const { body } = await preflight('POST', '/plugins', { name: 'acl', config: { allow: ['a'] } })
    expect(body).toMatchObject({ withheld: 1, reduced: 0, nodes: [{ id: nodeId.bare, withheld: lack }] })
  })

  it('knows which hubs withhold what would leave nodes less secure', async () => {
    await tell({ old: { understanding: { ...old, refusesInsecure: true } } })
    const payload = { host: 'h.test', protocol: 'tls', tls_verify: true }
    const { body } = await preflight('POST', '/services', payload)
    expect(body.nodes).toMatchObject([{ id: nodeId.old, withheld: { kind: 'kong_version_incompatible' } }])
  })

  it.each(['DELETE', 'PATCH'] as const)('tells of a %s whether it sets a node free', async (method) => {
    const acl = await send('POST', '/plugins', { name: 'acl', config: { allow: ['a'] } })
    const without = { state: { kind: 'withheld', reason: lack } } as const
    await tell({ bare: without })
    const staying = await preflight('POST', '/services', { host: 'h.test' })
    expect(staying.body.nodes).toMatchObject([{ id: nodeId.bare, withheld: lack }])
    const payload = method === 'PATCH' ? { enabled: false } : undefined
    const freeing = await preflight(method, `/plugins/${acl.id}`, payload)
    expect(freeing.body.nodes).toEqual([])
    await send('DELETE', `/plugins/${acl.id}`)
  })

  it('names a node of the wrong version whatever is written, and none that is offline', async () => {
    const reason = { kind: 'kong_version_incompatible', message: 'too new' } as const
    await tell({
      new: { understanding: null, state: { kind: 'withheld', reason } },
      old: { state: { kind: 'offline' } },
    })
    const payload = { name: aName(), host: 'h.test', protocol: 'tls', tls_verify: true }
    const { body } = await preflight('POST', '/services', payload)
    expect(body.nodes).toMatchObject([{ id: nodeId.new, withheld: reason }])
  })

  it('answers what is refused as ever', async () => {
    const name = aName()
    await send('POST', '/services', { name, host: 'h.test' })
    const twice = await preflight('POST', '/services', { name, host: 'h.test' })
    expect([twice.status, twice.body]).toMatchObject([409, { name: 'unique constraint violation' }])
    const wrong = await preflight('POST', '/services', { name: 'x', host: 5 })
    expect([wrong.status, wrong.body.name]).toEqual([400, 'schema violation'])
    const absent = await preflight('PATCH', '/services/nobody', { retries: 1 })
    expect(absent.status).toBe(404)
    const unmet = await preflight('PATCH', `/services/${name}`, { retries: 1 }, { 'if-match': '"x"' })
    expect(unmet.status).toBe(412)
  })

  it.each(['PUT', 'PATCH', 'DELETE'] as const)(
    'is one of a %s that leaves the entity as it was',
    async (method) => {
      const name = aName()
      const before = await send('POST', '/services', { name, host: 'h.test' })
      const { body } = await preflight(
        method,
        `/services/${name}`,
        method === 'DELETE' ? undefined : { host: 'i.test' },
      )
      expect(body.answer.status).toBe(method === 'DELETE' ? 204 : 200)
      if (method !== 'DELETE')
        expect(body.answer).toMatchObject({ body: { host: 'i.test' }, etag: expect.any(String) })
      expect((await app.inject(`/services/${name}`)).json()).toEqual(before)
    },
  )

  it('takes forms as other writes do', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const text = 'host=h.test&tags[]=a&tags[]=b+c&connect_timeout=7&enabled'
    const { body } = await preflight('POST', '/services', text, headers)
    expect(body.answer.body).toMatchObject({ tags: ['a', 'b c'], connect_timeout: 7, enabled: true })
  })

  it('is one of a transaction as a whole', async () => {
    const service = aName()
    const { body } = await preflight('POST', '/transactions', [
      { method: 'PUT', path: `/services/${service}`, body: { host: 'h.test' } },
      {
        method: 'POST',
        path: `/services/${service}/plugins`,
        body: { name: 'acl', config: { allow: ['a'] } },
      },
    ])
    expect(body.answer).toMatchObject({ status: 200, body: { results: [{ status: 200 }, { status: 201 }] } })
    expect(body.nodes).toMatchObject([{ id: nodeId.bare, withheld: lack }])
    const inside = await app.inject({
      method: 'POST',
      url: '/transactions',
      payload: [{ method: 'PUT', path: '/services/x?preflight=true', body: { host: 'h.test' } }],
    })
    expect([inside.statusCode, inside.json().message]).toEqual([
      400,
      'item 0: preflight is for the whole transaction',
    ])
  })

  it('is one of a whole config', async () => {
    const kept = aName()
    await send('PUT', `/services/${kept}`, { host: 'h.test' })
    const config = { _format_version: '3.0', plugins: [{ name: 'acl', config: { allow: ['a'] } }] }
    const { body } = await preflight('POST', '/config', config)
    expect(body).toMatchObject({ answer: { status: 201 }, nodes: [{ id: nodeId.bare, withheld: lack }] })
    expect((await app.inject(`/services/${kept}`)).statusCode).toBe(200)
  })

  it('of a document calls it the same only where it is', async () => {
    const headers = { 'content-type': 'text/yaml' }
    const yaml = `_format_version: "3.0"\nconsumers:\n- username: ${aName()}\n`
    expect((await preflight('POST', '/config?check_hash=1', yaml, headers)).body.answer.status).toBe(201)
    await app.inject({ method: 'POST', url: '/config', payload: yaml, headers })
    expect((await preflight('POST', '/config?check_hash=1', yaml, headers)).status).toBe(304)
  })

  it.each([
    [
      'a parameter that is neither yes nor no',
      '/services?preflight=maybe',
      'preflight must be true or false',
    ],
    ['waiting for nodes', '/services?preflight=true&wait_for_sync=1', 'wait_for_sync would wait for ever'],
  ])('is refused with %s', async (_title, url, message) => {
    const answer = await app.inject({ method: 'POST', url, payload: { host: 'h.test' } })
    expect([answer.statusCode, answer.json().message]).toEqual([400, expect.stringContaining(message)])
  })

  it.each([
    ['PUT', '/debug/node/log-level/debug'],
    ['DELETE', '/cache'],
  ] as const)('is refused for %s %s, which is no write of the config', async (method, path) => {
    const { status, body } = await preflight(method, path)
    expect([status, body.message]).toEqual([400, 'only writes of the config can have a preflight'])
  })

  it('that says no is a write', async () => {
    const name = aName()
    await send('PUT', `/services/${name}?preflight=false`, { host: 'h.test' })
    expect((await app.inject(`/services/${name}`)).statusCode).toBe(200)
  })
})
