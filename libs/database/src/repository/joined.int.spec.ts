import { randomUUID } from 'node:crypto'
import type { Entity } from '@biplane/entities'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { aConsumer, aCredential, aRoute, aService, startServer, type TestServer } from '../fixtures/server.ts'
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

describe('writes made atomically', () => {
  it('are one revision that tells what came of each entity', async () => {
    const [kept, gone] = [aService({ name: randomUUID() }), aService()]
    const { result, revision } = await repository.atomically(async () => {
      await repository.create('services', kept)
      await repository.create('services', gone)
      const route = await repository.create('routes', aRoute(kept))
      await repository.update('services', byId(kept), (current) => ({ ...current, retries: 1 }))
      await repository.remove('services', byId(gone))
      return route
    })
    expect(result.revision).toBeNull()
    const last = (await readJournal(db)).at(-1)
    expect(last?.revision).toBe(revision)
    expect(last?.changes.map(({ kind, bytes }) => [kind, bytes !== null])).toEqual([
      ['routes', true],
      ['services', true],
      ['services', false],
    ])
    expect(await repository.get('services', byId(kept))).toMatchObject({ retries: 1 })
    await expectTruth(db)
  })

  it('see those before them, which nobody else sees until the end', async () => {
    const service = aService({ name: randomUUID() })
    const route = aRoute(service)
    await repository.atomically(async () => {
      await repository.create('services', service)
      await repository.create('routes', route)
      expect(await repository.get('services', byName(String(service.name)))).toMatchObject({ id: service.id })
      expect(await repository.referencing('routes', 'service', [service.id])).toHaveLength(1)
      expect(
        (await repository.list('routes', { size: 9, references: { service: service.id } })).rows,
      ).toEqual([route])
      expect(await new Repository(db).get('services', byId(service))).toBeUndefined()
    })
    expect(await repository.get('services', byId(service))).toEqual(service)
  })

  it('leave no trace when what follows them fails, whatever was made of that failure', async () => {
    const head = await readHead(db)
    const [service, twin] = [aService({ name: randomUUID() }), aService()]
    const failing = (handled: () => void) =>
      repository.atomically(async () => {
        await repository.create('services', service)
        await repository.create('services', { ...twin, name: service.name ?? null }).catch(handled)
        await repository.get('services', byId(service)).catch(() => undefined)
      })
    await expect(failing(() => undefined)).rejects.toMatchObject({ code: 'unique constraint violation' })
    const told = new Error('told')
    await expect(
      failing(() => {
        throw told
      }),
    ).rejects.toBe(told)
    expect(await readHead(db)).toEqual(head)
    expect(await repository.get('services', byId(service))).toBeUndefined()
  })

  it('are a part of those around them', async () => {
    const head = await readHead(db)
    const { result, revision } = await repository.atomically(async () => {
      await repository.create('services', aService())
      return await repository.atomically(() => repository.create('services', aService()))
    })
    expect([result.revision, revision]).toEqual([null, head.revision + 1])
  })

  it('are made again when another transaction was in their way', async () => {
    const [a, b] = [aService({ retries: 0 }), aService({ retries: 0 })]
    for (const each of [a, b]) await repository.create('services', each)
    const more = (each: Entity) =>
      repository.update('services', byId(each), (now) => ({ ...now, retries: Number(now.retries) + 1 }))
    const inOrder = (...order: Entity[]) =>
      repository.atomically(async () => {
        for (const each of order) await more(each)
      })
    await Promise.all([inOrder(a, b), inOrder(b, a), inOrder(a, b), inOrder(b, a)])
    expect(await repository.get('services', byId(a))).toMatchObject({ retries: 4 })
    expect(await repository.get('services', byId(b))).toMatchObject({ retries: 4 })
  })

  it('take the key of what has expired', async () => {
    const consumer = aConsumer()
    await repository.create('consumers', consumer)
    const [old, young] = [aCredential(consumer, { key: 'k', ttl: 1 }), aCredential(consumer, { key: 'k' })]
    await repository.create('keyauth_credentials', old)
    await db.run((kysely) => sql`update keyauth_credentials set expires_at = 1`.execute(kysely))
    await repository.atomically(() => repository.create('keyauth_credentials', young))
    expect(await repository.get('keyauth_credentials', byId(old))).toBeUndefined()
    expect(await repository.get('keyauth_credentials', byId(young))).toMatchObject({ key: 'k' })
  })
})

describe('what is held', () => {
  it('changes for nobody else, so that none of many writers loses a change', async () => {
    const service = aService({ retries: 0 })
    await repository.create('services', service)
    const writer = () =>
      repository.atomically(async () => {
        const seen = await repository.holding(() => repository.get('services', byId(service)))
        await repository.update('services', byId(service), (now) => ({
          ...now,
          retries: Number(seen?.retries) + 1,
        }))
      })
    await Promise.all(Array.from({ length: 32 }, writer))
    expect(await repository.get('services', byId(service))).toMatchObject({ retries: 32 })
  })

  it('stays absent, so that of many who create where there is nothing one does', async () => {
    const name = randomUUID()
    const creator = (_: unknown, retries: number) =>
      repository.atomically(async () => {
        const seen = await repository.holding(() => repository.get('services', byName(name)))
        if (seen !== undefined) return 0
        await repository.upsert('services', byName(name), aService({ retries }))
        return 1
      })
    const created = await Promise.all(Array.from({ length: 32 }, creator))
    expect(created.filter(({ result }) => result === 1)).toHaveLength(1)
    expect(created.filter(({ revision }) => revision !== null)).toHaveLength(1)
  })

  it('can be held in a transaction only', async () => {
    await expect(repository.holding(async () => 1)).rejects.toThrow('outside of a transaction')
  })
})
