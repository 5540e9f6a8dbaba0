import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'
import { aDblessAdmin } from '../fixtures/memory.ts'

const databases = useDatabases()
let app: FastifyInstance
beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})

interface Listed {
  readonly data: readonly Readonly<Record<string, unknown>>[]
  readonly next: string | null
  readonly recording: boolean
}

const list = async (url: string) => (await app.inject(url)).json<Listed>()
const last = async () => (await list('/audit/objects?size=1')).data[0]
const lastRevision = async () => Number((await list('/audit/requests?size=1')).data[0]?.revision ?? 1)

async function send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) {
  const answer = await app.inject({ method, url, ...(payload && { payload }) })
  return { status: answer.statusCode, headers: answer.headers, body: answer.body ? answer.json() : null }
}

describe('the audit log', () => {
  it('tells of a write what it was, in the words of Kong’s', async () => {
    const began = Math.floor(Date.now() / 1000) - 1
    const made = await send('POST', '/services?tags=x', { name: 'shop', host: 'h.test' })
    expect(await last()).toEqual({
      ...{ operation: 'create', dao_name: 'services', entity_key: made.body.id, entity_name: 'shop' },
      fields: null,
      revision: Number(made.headers['x-biplane-revision']),
      request_id: made.headers['x-kong-admin-request-id'],
      request_timestamp: expect.any(Number),
      ...{ rbac_user_name: null, role: 'write', client_ip: '127.0.0.1', method: 'POST', path: '/services' },
    })
    expect(Number((await last())?.request_timestamp)).toBeGreaterThanOrEqual(began)
  })

  it('names the fields that a patch changed, and never a value', async () => {
    await send('PUT', '/consumers/alice', {})
    await send('PUT', '/consumers/alice/basic-auth/a', { username: 'a', password: 'geheim1' })
    await send('PATCH', '/consumers/alice/basic-auth/a', { password: 'geheim2' })
    expect(await last()).toMatchObject({ operation: 'update', entity_name: 'a', fields: ['password'] })
    await send('POST', '/consumers/alice/key-auth', { key: 'geheim3' })
    await send('DELETE', '/consumers/alice/key-auth/geheim3')
    expect(await last()).toMatchObject({
      ...{ operation: 'delete', dao_name: 'keyauth_credentials', entity_name: null },
      path: '/consumers/alice/key-auth/***',
    })
    for (const url of ['/audit/objects', '/audit/requests'])
      expect((await app.inject(`${url}?size=1000`)).body).not.toContain('geheim')
  })

  it('tells of a transaction and of a config as one request', async () => {
    const items = ['t1', 't2'].map((name) => ({ method: 'PUT', path: `/upstreams/${name}`, body: {} }))
    const { body } = await send('POST', '/transactions', items)
    const [request] = (await list('/audit/requests?size=1')).data
    expect(request).toMatchObject({ revision: body.revision, path: '/transactions', objects: 2 })
    const { data } = await list(`/audit/objects?revision=${body.revision}&sort_desc=0`)
    expect(data.map(({ entity_name, path }) => [entity_name, path])).toEqual([
      ['t1', '/transactions'],
      ['t2', '/transactions'],
    ])
    const copy = anAdmin(await databases.migrated())
    const config = {
      _format_version: '3.0',
      services: [
        { name: 'a', host: 'h' },
        { name: 'b', host: 'h' },
      ],
    }
    await copy.inject({ method: 'POST', url: '/config', payload: config })
    expect((await copy.inject('/audit/requests')).json().data).toMatchObject([
      { method: 'POST', path: '/config', objects: 2 },
    ])
  })

  it('tells of what a condition let through, and nothing of what was refused or changed nothing', async () => {
    const before = await lastRevision()
    const { headers } = await app.inject('/services/shop')
    const refusals = [
      await send('POST', '/services', { name: 'no host' }),
      await send('POST', '/services', { name: 'shop', host: 'h.test' }),
      await send('DELETE', '/services/nothing'),
      await send('POST', '/transactions', [
        { method: 'DELETE', path: '/services/shop' },
        { method: 'POST', path: '/services', body: {} },
      ]),
    ]
    expect(refusals.map(({ status }) => status)).toEqual([400, 409, 204, 400])
    expect(await lastRevision()).toBe(before)
    const etag = String(headers.etag)
    await app.inject({ method: 'DELETE', url: '/services/shop', headers: { 'if-match': etag } })
    expect(await last()).toMatchObject({ operation: 'delete', entity_name: 'shop', method: 'DELETE' })
  })

  it('answers who changed something, also once it is gone', async () => {
    const { body } = await send('POST', '/routes', { name: 'lost', paths: ['/lost'] })
    await send('PATCH', '/routes/lost', { paths: ['/found'], methods: ['GET'] })
    await send('DELETE', '/routes/lost')
    const told = async (query: string) =>
      (await list(`/audit/objects?${query}`)).data.map(({ operation }) => operation)
    expect(await told('entity_name=lost')).toEqual(['delete', 'update', 'create'])
    expect(await told(`entity_key=${body.id}&sort_desc=0`)).toEqual(['create', 'update', 'delete'])
    expect(await told('entity_name=lost&operation=delete')).toEqual(['delete'])
    expect(
      await told('dao_name=routes&after=2000-01-01T00:00:00Z&before=2100-01-01T00:00:00%2B01:00'),
    ).toHaveLength(3)
    expect(await told('entity_name=lost&before=1000')).toEqual([])
    expect(await told(`entity_name=lost&after_revision=${(await lastRevision()) - 1}`)).toEqual(['delete'])
    expect(await told('rbac_user_name=nobody')).toEqual([])
  })

  it('is paged with the filters that were asked for', async () => {
    const first = await list('/audit/objects?dao_name=routes&size=2')
    expect(first.data.map(({ operation }) => operation)).toEqual(['delete', 'update'])
    expect(first.next).toContain('dao_name=routes')
    const second = await list(String(first.next))
    expect(second.data.map(({ operation }) => operation)).toEqual(['create'])
    expect([second.next, second.recording]).toEqual([null, true])
  })

  it.each([
    ['before=yesterday', 'before'],
    ['after=2026-13-41T00:00:00Z', 'after'],
    ['revision=-1', 'revision'],
    ['after_revision=1e3', 'after_revision'],
    ['entity_name=%00', 'entity_name'],
  ])('refuses %s', async (query, field) => {
    const answer = await app.inject(`/audit/objects?${query}`)
    expect([answer.statusCode, answer.json().message]).toEqual([400, expect.stringContaining(field)])
  })

  it('is not kept without a database, and says so', async () => {
    const dbless = await aDblessAdmin()
    for (const url of ['/audit/requests', '/audit/objects']) {
      const answer = await dbless.inject(url)
      expect([answer.statusCode, answer.json()]).toEqual([
        404,
        { message: 'no audit log is kept when not using a database' },
      ])
    }
  })
})
