import { canonicalJson, type Entity, type Kind } from '@biplane/entities'
import type { Change } from '@biplane/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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
import { expectTruth } from '../fixtures/truth.ts'
import { readHead } from '../journal/head.ts'
import { Repository } from './repository.ts'
import type { Config } from './whole-config.ts'

let server: TestServer
let db: Database
let repository: Repository

beforeAll(async () => {
  server = await startServer()
})
beforeEach(async () => {
  db = await server.migrated()
  repository = new Repository(db)
})
afterAll(() => server.stop())

const upsert = (kind: Kind, entity: Entity): Change => ({ op: 'upsert', kind, id: entity.id, entity })
const remove = (kind: Kind, { id }: Entity): Change => ({ op: 'delete', kind, id })
const rewrite = (...changes: readonly Change[]) => repository.rewrite(() => ({ changes, result: 'told' }))
const to = ({ id }: Entity) => ({ id })

async function entities(kind: Kind): Promise<readonly string[]> {
  const { config } = await repository.config()
  return [...(config.get(kind)?.values() ?? [])].map(canonicalJson).sort()
}
const texts = (...all: readonly Entity[]) => all.map(canonicalJson).sort()

describe('a rewrite of the config', () => {
  it('is one revision, whatever it changes', async () => {
    const [kept, gone, fresh] = [
      aService({ name: 'kept' }),
      aService({ name: 'gone' }),
      aService({ name: 'fresh' }),
    ]
    await rewrite(upsert('services', kept), upsert('services', gone), upsert('routes', aRoute(gone)))
    const before = await readHead(db)
    const { config } = await repository.config()
    const routes = [...(config.get('routes')?.values() ?? [])]
    const changed = { ...kept, retries: 1 }
    const { result, revision } = await rewrite(
      ...routes.map((route) => remove('routes', route)),
      remove('services', gone),
      upsert('services', fresh),
      upsert('services', changed),
    )
    expect({ result, revision }).toEqual({ result: 'told', revision: before.revision + 1 })
    expect(await entities('services')).toEqual(texts(changed, fresh))
    expect(await entities('routes')).toEqual([])
    await expectTruth(db)
  })

  it('is none where nothing changes', async () => {
    const before = await readHead(db)
    expect(await rewrite()).toEqual({ result: 'told', revision: null })
    expect(await readHead(db)).toEqual(before)
  })

  it('shows all that there is, at its revision', async () => {
    const consumer = aConsumer()
    const { revision } = await rewrite(
      upsert('consumers', consumer),
      upsert('keyauth_credentials', aCredential(consumer)),
    )
    const seen: Config[] = []
    await repository.rewrite((current) => ({ changes: [], result: seen.push(current) }))
    const read = await repository.config()
    expect(read.revision).toBe(revision)
    expect(seen).toEqual([read.config])
    expect(read.config.get('consumers')?.get(consumer.id)).toEqual(consumer)
    expect([...read.config.keys()].slice(0, 2).sort()).toEqual(['parameters', 'workspaces'])
  })

  it('lets two entities swap their names', async () => {
    const [a, b] = [aService({ name: 'a' }), aService({ name: 'b' })]
    const route = aRoute(a)
    await rewrite(upsert('services', a), upsert('services', b), upsert('routes', route))
    await rewrite(upsert('services', { ...a, name: 'b' }), upsert('services', { ...b, name: 'a' }))
    expect(await entities('services')).toEqual(texts({ ...a, name: 'b' }, { ...b, name: 'a' }))
    expect(await entities('routes')).toEqual(texts(route))
    await expectTruth(db)
  })

  it('puts another entity in the place of one, under its name and with what belonged to it', async () => {
    const [old, heir] = [aService({ name: 'a' }), aService({ name: 'a' })]
    const route = aRoute(old)
    await rewrite(upsert('services', old), upsert('routes', route))
    await rewrite(
      remove('services', old),
      upsert('services', heir),
      upsert('routes', { ...route, service: to(heir) }),
    )
    expect(await entities('services')).toEqual(texts(heir))
    expect(await entities('routes')).toEqual(texts({ ...route, service: to(heir) }))
    await expectTruth(db)
  })

  it('takes from followers what a disabled service hides, and gives it back', async () => {
    const service = aService({ name: 's' })
    const route = aRoute(service)
    const plugin = aPlugin({ route: to(route) })
    await rewrite(upsert('services', service), upsert('routes', route), upsert('plugins', plugin))
    await expectTruth(db)
    await rewrite(upsert('services', { ...service, enabled: false }))
    await expectTruth(db)
    await rewrite(upsert('services', service), upsert('routes', { ...route, tags: ['x'] }))
    await expectTruth(db)
  })

  it('says of what it deletes and never was there nothing', async () => {
    const before = await readHead(db)
    await rewrite(remove('services', aService()))
    await expectTruth(db)
    expect((await readHead(db)).hash).toBe(before.hash)
  })

  it('is undone as a whole when a reference would name nothing', async () => {
    const service = aService()
    await expect(rewrite(upsert('services', service), upsert('routes', aRoute(aService())))).rejects.toThrow()
    expect(await entities('services')).toEqual([])
    await expectTruth(db)
  })

  it('tells which text is too long for its index', async () => {
    const random = Array.from({ length: 4000 }, (_, at) => Math.sin(at).toString(36)).join('')
    const long = aConsumer({ username: random })
    await expect(rewrite(upsert('consumers', aConsumer()), upsert('consumers', long))).rejects.toMatchObject({
      details: { username: 'too long to be indexed' },
    })
  })

  it('writes thousands of entities', async () => {
    const consumers = Array.from({ length: 2500 }, () => aConsumer())
    await rewrite(...consumers.map((consumer) => upsert('consumers', consumer)))
    expect(await entities('consumers')).toEqual(texts(...consumers))
    await expectTruth(db)
  })

  it('and a crowd of writers are one after the other', async () => {
    const services = Array.from({ length: 30 }, (_, at) => aService({ name: `s${at}` }))
    const rename = (current: Config) => {
      const all = [...(current.get('services')?.values() ?? [])]
      return {
        changes: all.map((one) => upsert('services', { ...one, retries: all.length })),
        result: all.length,
      }
    }
    const writes = services.map((service) => repository.create('services', service))
    const rewrites = Array.from({ length: 5 }, () => repository.rewrite(rename))
    await Promise.all([...writes, ...rewrites])
    expect((await repository.rewrite(rename)).result).toBe(30)
    await expectTruth(db)
  })

  it('waits at once for a writer that holds what it will change, and is in no deadlock with it', async () => {
    const service = aService()
    const route = aRoute(service)
    await rewrite(upsert('services', service), upsert('routes', route))
    const [holds, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const writer = db.transaction(async (tx) => {
      await sql`select from services where id = ${service.id} for key share`.execute(tx)
      holds.resolve()
      await goOn.promise
      await sql`update routes set body = body where id = ${route.id}`.execute(tx)
    })
    await holds.promise
    const rewriting = rewrite(upsert('services', { ...service, retries: 1 }))
    const waiting = sql<{ n: number }>`select count(*)::int as n from pg_locks where not granted`
    await expect.poll(() => db.run(async (kysely) => (await waiting.execute(kysely)).rows[0]?.n)).toBe(1)
    goOn.resolve()
    await Promise.all([writer, rewriting])
    expect(db.restarts).toBe(0)
  })
})
