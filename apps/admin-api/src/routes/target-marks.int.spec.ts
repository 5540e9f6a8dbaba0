import { type Config, type Database, readHead } from '@biplane/database'
import { type Entity, type JsonObject, targetHealth } from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Backend } from '../backend.ts'
import { aBackend, anAdminOf, useDatabases } from '../fixtures/admin.ts'
import { aName } from '../fixtures/examples.ts'
import { aMemoryBackend } from '../fixtures/memory.ts'

const databases = useDatabases()
let db: Database
let backend: Backend
let app: FastifyInstance
let upstream: string

beforeAll(async () => {
  db = await databases.migrated()
  backend = aBackend(db)
  app = anAdminOf(backend)
})
beforeEach(async () => {
  upstream = aName()
  await app.inject({ method: 'POST', url: '/upstreams', payload: { name: upstream } })
  for (const target of ['10.0.0.1:80', '[::1]:80', 'a.test:80'])
    await app.inject({ method: 'POST', url: `/upstreams/${upstream}/targets`, payload: { target } })
})

async function put(path: string, to = app, on = upstream) {
  const url = `/upstreams/${on}/targets/${path}`
  const { statusCode, headers, payload } = await to.inject({ method: 'PUT', url })
  return { status: statusCode, payload, revision: headers['x-biplane-revision'] }
}

/** What is set of the targets of the upstream, one `target address health` each. */
async function marks(): Promise<string[]> {
  const { config } = await backend.repository.config()
  return marksIn(config).toSorted()
}

function marksIn(config: Config): string[] {
  const targets = config.get('targets') ?? new Map<string, Entity>()
  return [...(config.get(targetHealth.kind)?.values() ?? [])].map(
    ({ target, address, health }) => `${targets.get(Object(target).id)?.target} ${address} ${health}`,
  )
}

const at = encodeURIComponent('[0000:0000:0000:0000:0000:0000:0000:0001]:80')

describe('the health of a target that is set', () => {
  beforeEach(async () => {
    for (const mark of (await backend.repository.config()).config.get(targetHealth.kind)?.values() ?? [])
      await backend.repository.remove(targetHealth.kind, { field: 'id', value: mark.id })
  })

  it('is a revision of its own, that tells its number', async () => {
    const before = await readHead(db)
    expect(await put('10.0.0.1:80/unhealthy')).toEqual({
      status: 204,
      payload: '',
      revision: String(before.revision + 1),
    })
    const after = await readHead(db)
    expect([after.revision, after.hash === before.hash]).toEqual([before.revision + 1, false])
    expect(await marks()).toEqual(['10.0.0.1:80 null unhealthy'])
  })

  it('is what was said last, and dated anew even where it says the same', async () => {
    await put('a.test:80/unhealthy')
    const [first] = (await backend.repository.config()).config.get(targetHealth.kind)?.values() ?? []
    await put('a.test:80/unhealthy')
    const [second] = (await backend.repository.config()).config.get(targetHealth.kind)?.values() ?? []
    expect(second).toMatchObject({ id: first?.id, created_at: first?.created_at, health: 'unhealthy' })
    expect(Number(second?.updated_at)).toBeGreaterThan(Number(first?.updated_at))
    await put('a.test:80/healthy')
    expect(await marks()).toEqual(['a.test:80 null healthy'])
  })

  it('of one address stands beside that of the target, until the whole target is set again', async () => {
    await put('a.test:80/unhealthy')
    await put('a.test:80/10.1.1.1:80/healthy')
    await put(`a.test:80/${encodeURIComponent('[::2]:80')}/unhealthy`)
    expect(await marks()).toEqual([
      'a.test:80 10.1.1.1:80 healthy',
      'a.test:80 [0000:0000:0000:0000:0000:0000:0000:0002]:80 unhealthy',
      'a.test:80 null unhealthy',
    ])
    const { revision } = await readHead(db)
    await put('a.test:80/healthy')
    expect(await marks()).toEqual(['a.test:80 null healthy'])
    expect((await readHead(db)).revision).toBe(revision + 1)
  })

  it('is one, however many set it at once', async () => {
    for (let port = 1; port <= 8; port++) {
      const target = `10.0.1.1:${port}`
      await app.inject({ method: 'POST', url: `/upstreams/${upstream}/targets`, payload: { target } })
      const many = Array.from({ length: 8 }, (_, n) =>
        put(`${target}/${n % 2 === 0 ? 'healthy' : 'unhealthy'}`),
      )
      expect(new Set((await Promise.all(many)).map(({ status }) => status))).toEqual(new Set([204]))
    }
    expect(await marks()).toHaveLength(8)
  })

  it.each([
    ['another target', 'b.test:80/healthy', 404],
    ['another address of an address', '10.0.0.1:80/10.0.0.2:80/healthy', 404],
    ['another port', '10.0.0.1:80/10.0.0.1:81/healthy', 404],
    ['no address', 'a.test:80/a.test:80/unhealthy', 404],
    ['its own address', '10.0.0.1:80/10.0.0.1:80/unhealthy', 204],
    ['its own address in another form', `${at}/${encodeURIComponent('[::1]:80')}/unhealthy`, 204],
  ])('of %s: %s', async (_what, path, status) => {
    expect((await put(path)).status).toBe(status)
    expect(await marks()).toHaveLength(status === 204 ? 1 : 0)
  })

  it('is set by the id of the target too, of this upstream only', async () => {
    const { id } = (await app.inject(`/upstreams/${upstream}/targets/a.test:80`)).json<JsonObject>()
    const other = aName()
    await app.inject({ method: 'POST', url: '/upstreams', payload: { name: other } })
    expect((await put(`${id}/unhealthy`, app, other)).status).toBe(404)
    expect((await put(`${id}/unhealthy`)).status).toBe(204)
    expect((await put('a.test:80/unhealthy', app, 'none.test')).status).toBe(404)
    const post = await app.inject({ method: 'POST', url: `/upstreams/${upstream}/targets/${id}/healthy` })
    expect(post.statusCode).toBe(405)
  })

  it('goes with its target and its upstream, as a delete that followers get', async () => {
    await put('10.0.0.1:80/unhealthy')
    await put('a.test:80/unhealthy')
    await app.inject({ method: 'DELETE', url: `/upstreams/${upstream}/targets/a.test:80` })
    expect(await marks()).toEqual(['10.0.0.1:80 null unhealthy'])
    await app.inject({ method: 'DELETE', url: `/upstreams/${upstream}` })
    expect(await marks()).toEqual([])
  })

  it('is in no document, stays when one is taken over again, and goes with a target that is in it no more', async () => {
    await put('10.0.0.1:80/unhealthy')
    await put('a.test:80/unhealthy')
    const { config } = (await app.inject('/config')).json<{ config: string }>()
    expect(config).not.toContain('target_health')
    const load = (text: string) =>
      app.inject({ method: 'POST', url: '/config', payload: text, headers: { 'content-type': 'text/yaml' } })
    const again = await load(config)
    expect([again.statusCode, again.payload.includes('target_health')]).toEqual([201, false])
    expect(await marks()).toHaveLength(2)
    const fewer = `_format_version: "3.0"\nupstreams:\n- name: ${upstream}\n  targets:\n  - target: 10.0.0.1:80\n`
    expect((await load(fewer)).statusCode).toBe(201)
    expect(await marks()).toEqual(['10.0.0.1:80 null unhealthy'])
    const declared = await load('_format_version: "3.0"\ntarget_health: []\n')
    expect([declared.statusCode, declared.payload]).toEqual([400, expect.stringContaining('unknown field')])
  })

  it.each([
    ['GET', '/schemas/target_health'],
    ['POST', '/schemas/target_health/validate'],
    ['GET', '/target_health'],
    ['GET', '/targets/x/target_health'],
  ] as const)('has no path of its own: %s %s', async (method, url) => {
    expect((await app.inject({ method, url })).statusCode).toBe(404)
  })
})

it('without a database, the health of a target is set all the same, and stays when the same document comes again', async () => {
  const text =
    '_format_version: "3.0"\nupstreams:\n- name: up\n  targets:\n  - target: 10.0.0.1:80\n  - target: a.test:80\n'
  const memory = await aMemoryBackend(text)
  const dbless = anAdminOf(memory)
  const before = memory.source.revision
  expect(await put('10.0.0.1:80/unhealthy', dbless, 'up')).toMatchObject({
    status: 204,
    revision: String(before + 1),
  })
  const set = async () => marksIn((await memory.repository.config()).config).toSorted()
  await Promise.all(Array.from({ length: 8 }, () => put('a.test:80/10.1.1.1:80/unhealthy', dbless, 'up')))
  // However many set it at once, it is one.
  expect(await set()).toHaveLength(2)
  await put('a.test:80/healthy', dbless, 'up')
  const expected = ['10.0.0.1:80 null unhealthy', 'a.test:80 null healthy']
  expect(await set()).toEqual(expected)
  expect((await put('b.test:80/healthy', dbless, 'up')).status).toBe(404)
  const load = (yaml: string) =>
    dbless.inject({ method: 'POST', url: '/config', payload: yaml, headers: { 'content-type': 'text/yaml' } })
  expect((await load(text)).statusCode).toBe(201)
  expect(await set()).toEqual(expected)
  expect((await load(text.replace('  - target: a.test:80\n', ''))).statusCode).toBe(201)
  expect(await set()).toEqual(['10.0.0.1:80 null unhealthy'])
})
