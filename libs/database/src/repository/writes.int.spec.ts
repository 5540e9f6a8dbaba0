import { randomUUID } from 'node:crypto'
import { canonicalJson, type Entity, parameter, service, workspace } from '@biplane/entities'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import {
  aConsumer,
  aCredential,
  aPlugin,
  aRoute,
  aService,
  startServer,
  type TestServer,
} from '../fixtures/server.ts'
import { expectTruth, readJournal } from '../fixtures/truth.ts'
import { readHead } from '../journal/head.ts'
import { Repository } from './repository.ts'

let server: TestServer
let db: Database
let repository: Repository

beforeAll(async () => {
  server = await startServer()
  db = await server.migrated()
  repository = new Repository(db)
})
afterAll(() => server.stop())

const byId = ({ id }: Entity) => ({ field: 'id', value: id })
const byName = (value: string) => ({ field: 'name', value })
const make = async (kind: string, draft: Entity) => (await repository.create(kind, draft)).entity

describe('a write', () => {
  it('is refused for a unique value that is taken, and leaves no trace', async () => {
    await make('services', aService({ name: 'taken' }))
    const before = await readHead(db)
    await expect(repository.create('services', aService({ name: 'taken' }))).rejects.toMatchObject({
      code: 'unique constraint violation',
      message: `UNIQUE violation detected on '{name="taken"}'`,
      details: { name: 'taken' },
    })
    expect(await readHead(db)).toEqual(before)
  })

  it('counts unset references as equal where fields are unique together', async () => {
    const service = await make('services', aService())
    await make('plugins', aPlugin({ name: 'cors', service: { id: service.id } }))
    const second = repository.create('plugins', aPlugin({ name: 'cors', service: { id: service.id } }))
    await expect(second).rejects.toMatchObject({
      message: `UNIQUE violation detected on '{consumer=null,name="cors",route=null,service={id="${service.id}"}}'`,
      details: { consumer: null, name: 'cors', route: null, service: { id: service.id } },
    })
    await make('plugins', aPlugin({ name: 'cors' }))
    await expect(repository.create('plugins', aPlugin({ name: 'cors' }))).rejects.toMatchObject({
      code: 'unique constraint violation',
    })
  })

  it.each([
    ['missing', randomUUID()],
    ['no UUID', "'; drop table services; --"],
  ])('is refused for a reference that is %s', async (_, id) => {
    await expect(repository.create('routes', { ...aRoute(null), service: { id } })).rejects.toMatchObject({
      code: 'foreign key violation',
      message: `the foreign key '{id="${id}"}' does not reference an existing 'services' entity.`,
      details: { service: { id } },
    })
  })

  it('is refused for a reference to a kind that is not registered', async () => {
    const few = new Repository(await server.migrated([parameter, workspace, service]))
    const id = randomUUID()
    const draft = { ...aService(), client_certificate: { id } }
    await expect(few.create('services', draft)).rejects.toMatchObject({
      code: 'foreign key violation',
      details: { client_certificate: { id } },
    })
  })

  it.each([
    ['NUL', '\0'],
    ['an unpaired surrogate', 'x\ud800'],
  ])('is refused for a text with %s, which PostgreSQL cannot hold', async (_, text) => {
    const plugin = aPlugin({ name: randomUUID(), config: { list: [{ [text]: 1 }] } })
    await expect(repository.create('plugins', plugin)).rejects.toMatchObject({
      code: 'schema violation',
      details: { config: 'must not contain NUL or unpaired surrogates' },
    })
    expect(await repository.get('services', byName(text))).toBeUndefined()
  })

  it('keeps names that look like SQL or JSON', async () => {
    for (const name of [`'; drop table "services"; --`, '$1', '{"a":1}', '{a,b}', 'NULL', '\\']) {
      await make('consumers', aConsumer({ username: name, tags: [name.replaceAll(',', ';')] }))
      const key = { field: 'username', value: name }
      expect(await repository.get('consumers', key)).toMatchObject({ username: name })
      const tags = { match: 'all', of: [name.replaceAll(',', ';')] } as const
      expect((await repository.list('consumers', { size: 10, tags })).rows).toHaveLength(1)
    }
  })
})

describe('upsert', () => {
  it('creates under the name of the key, then replaces and keeps the id', async () => {
    const draft = aService({ name: 'other', tags: ['a'] })
    const created = await repository.upsert('services', byName('put'), draft)
    expect(created.entity).toMatchObject({ id: draft.id, name: 'put', tags: ['a'] })
    const replaced = await repository.upsert('services', byName('put'), aService({ host: 'b.test' }))
    expect(replaced.entity).toMatchObject({ id: draft.id, name: 'put', host: 'b.test', tags: null })
  })

  it('is answered once for all that put the same name at once', async () => {
    const puts = Array.from({ length: 16 }, (_, i) =>
      repository.upsert('services', byName('race'), aService({ retries: i })),
    )
    const ids = new Set((await Promise.all(puts)).map(({ entity }) => entity.id))
    expect(ids.size).toBe(1)
  })

  it('still tells of another unique value that is taken', async () => {
    const taken = await make('consumers', aConsumer({ username: randomUUID(), custom_id: 'taken' }))
    const put = repository.upsert(
      'consumers',
      { field: 'username', value: 'new' },
      aConsumer({ custom_id: taken.custom_id ?? null }),
    )
    await expect(put).rejects.toMatchObject({ code: 'unique constraint violation' })
  })
})

describe('update', () => {
  it('loses nothing when many change one entity at once', async () => {
    const service = await make('services', aService())
    const route = await make('routes', aRoute(service, { regex_priority: 0 }))
    const increments = Array.from({ length: 32 }, () =>
      repository.update('routes', byId(route), (current) => ({
        ...current,
        regex_priority: Number(current.regex_priority) + 1,
      })),
    )
    await Promise.all(increments)
    expect(await repository.get('routes', byId(route))).toMatchObject({ regex_priority: 32 })
  })

  it('has its turn while what refers to the entity keeps coming', async () => {
    const service = await make('services', aService())
    let waiting = true
    const crowd = Array.from({ length: 30 }, async () => {
      while (waiting) await make('routes', aRoute(service))
    })
    const updates = [1, 2, 3].map((retries) =>
      repository.update('services', byId(service), (current) => ({ ...current, retries })),
    )
    const settled = await Promise.allSettled(updates)
    waiting = false
    await Promise.all(crowd)
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    await expectTruth(db)
  })

  it('is refused for what does not exist, or not there', async () => {
    const missing = { field: 'id', value: randomUUID() }
    await expect(repository.update('services', missing, (current) => current)).rejects.toMatchObject({
      code: 'not found',
      message: `could not find the entity with primary key '{id="${missing.value}"}'`,
    })
    const route = await make('routes', aRoute(await make('services', aService())))
    const elsewhere = { within: { service: randomUUID() } }
    await expect(
      repository.update('routes', byId(route), (current) => current, elsewhere),
    ).rejects.toMatchObject({
      code: 'not found',
    })
    expect(await repository.remove('routes', byId(route), elsewhere)).toBeUndefined()
    expect(await repository.get('routes', byId(route), elsewhere.within)).toBeUndefined()
  })
})

describe('remove', () => {
  it('is refused while a reference restricts it', async () => {
    const service = await make('services', aService())
    await make('routes', aRoute(service))
    await expect(repository.remove('services', byId(service))).rejects.toMatchObject({
      code: 'foreign key violation',
      message: "an existing 'routes' entity references this 'services' entity",
      details: { '@referenced_by': 'routes' },
    })
  })

  it('takes along what cascades, in one revision', async () => {
    const consumer = await make('consumers', aConsumer())
    const credentials = await Promise.all(
      [1, 2, 3].map(() => make('keyauth_credentials', aCredential(consumer))),
    )
    const plugin = await make('plugins', aPlugin({ name: randomUUID(), consumer: { id: consumer.id } }))
    const before = await readHead(db)
    const removed = await repository.remove('consumers', byId(consumer))
    expect(removed?.revision).toBe(before.revision + 1)
    const entry = (await readJournal(db)).at(-1)
    const gone = [consumer, plugin, ...credentials].map(({ id }) => id)
    expect(entry?.changes.map(({ id }) => id).toSorted()).toEqual(gone.toSorted())
    expect(entry?.changes.every(({ bytes }) => bytes === null)).toBe(true)
    await expectTruth(db)
  })
})

describe('list', () => {
  it('gives every row once, page by page, ordered by id', async () => {
    const consumer = await make('consumers', aConsumer())
    const made = await Promise.all(
      Array.from({ length: 25 }, () => make('keyauth_credentials', aCredential(consumer))),
    )
    const found: Entity[] = []
    let offset: string | undefined
    do {
      const query = { size: 10, references: { consumer: consumer.id }, ...(offset && { offset }) }
      const page = await repository.list('keyauth_credentials', query)
      expect(page.rows.length).toBe(offset === undefined || page.offset ? 10 : 5)
      found.push(...page.rows)
      offset = page.offset
    } while (offset !== undefined)
    expect(found.map(({ id }) => id)).toEqual(made.map(({ id }) => id).toSorted())
  })

  it.each([
    ['all', ['a', 'b'], ['ab']],
    ['any', ['a', 'b'], ['a', 'ab', 'b']],
    ['all', ["'x"], []],
  ] as const)('filters by tags: %s of %j', async (match, of, expected) => {
    const own = randomUUID()
    for (const letters of ['a', 'b', 'ab', 'c'])
      await make('services', aService({ name: `${own}-${letters}`, tags: [...letters, own] }))
    const { rows } = await repository.list('services', { size: 100, tags: { match, of } })
    const names = rows.map(({ name }) => String(name)).filter((name) => name.startsWith(own))
    expect(names.map((name) => name.slice(own.length + 1)).toSorted()).toEqual(expected)
  })

  it('finds by another unique field', async () => {
    const consumer = await make('consumers', aConsumer({ custom_id: 'mine' }))
    const found = await repository.get('consumers', { field: 'custom_id', value: 'mine' })
    expect(found && canonicalJson(found)).toBe(canonicalJson(consumer))
  })
})

describe('an expired credential', () => {
  const expire = (entity: Entity) =>
    repository.update('keyauth_credentials', byId(entity), (current) => ({ ...current, expires_at: 1 }))

  it('is absent for reads and writes, yet followers keep it until it is swept', async () => {
    const consumer = await make('consumers', aConsumer())
    const credential = await make('keyauth_credentials', aCredential(consumer, { key: 'old' }))
    await expire(credential)
    const key = { field: 'key', value: 'old' }
    expect(await repository.get('keyauth_credentials', key)).toBeUndefined()
    expect(await repository.remove('keyauth_credentials', key)).toBeUndefined()
    const { rows } = await repository.list('keyauth_credentials', {
      size: 10,
      references: { consumer: consumer.id },
    })
    expect(rows).toEqual([])
    expect(await repository.removeExpired('keyauth_credentials', 100)).toBe(1)
    expect((await readJournal(db)).at(-1)?.changes).toEqual([
      { kind: 'keyauth_credentials', id: credential.id, bytes: null },
    ])
    expect(await repository.removeExpired('keyauth_credentials', 100)).toBe(0)
  })

  it('does not keep its key from a new one', async () => {
    const consumer = await make('consumers', aConsumer())
    const credential = await make('keyauth_credentials', aCredential(consumer, { key: 'again' }))
    await expire(credential)
    await make('keyauth_credentials', aCredential(consumer, { key: 'again' }))
    await expectTruth(db)
  })
})

it('has no constraint in the database that deletes by itself', async () => {
  const { rows } = await db.run((kysely) =>
    sql<{ action: string }>`select confdeltype as action from pg_constraint where contype = 'f'`.execute(
      kysely,
    ),
  )
  expect(rows.length).toBeGreaterThan(3)
  expect(new Set(rows.map(({ action }) => action))).toEqual(new Set(['a']))
})
