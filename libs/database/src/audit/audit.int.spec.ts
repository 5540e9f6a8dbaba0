import { randomUUID } from 'node:crypto'
import type { Entity } from '@biplane/entities'
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
import { readJournal } from '../fixtures/truth.ts'
import { startEpoch } from '../journal/epoch.ts'
import { readHead } from '../journal/head.ts'
import { migrate } from '../migrations/migrate.ts'
import { Repository } from '../repository/repository.ts'
import type { Origin } from './origin.ts'
import { type AuditObjectsQuery, listAuditObjects, listAuditRequests } from './read.ts'
import { runAuditRetention } from './retention.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const ALL = { size: 1000, order: 'oldest first' } as const
const byId = ({ id }: Entity) => ({ field: 'id', value: id })

function from(who: string | null): Origin {
  const asked = { role: 'write', address: '192.0.2.1', method: 'POST', path: '/services' }
  return { who, ...asked, requestId: randomUUID() }
}

async function started(): Promise<{ db: Database; repository: Repository }> {
  const db = await server.migrated()
  return { db, repository: new Repository(db) }
}

/** What became of which entities: `revision who operation kind name fields`. */
async function told(db: Database, query: Partial<AuditObjectsQuery> = {}): Promise<readonly string[]> {
  const { rows } = await listAuditObjects(db, { ...ALL, ...query })
  return rows.map(({ revision, who, operation, kind, name, fields }) =>
    [revision, who, operation, kind, name, ...(fields ?? [])].join(' '),
  )
}

describe('the audit log', () => {
  it('tells of each revision who made it and what it did to which entity, without values', async () => {
    const { db, repository } = await started()
    const origin = from('alice')
    await repository.onBehalfOf(origin, async () => {
      const { entity: service } = await repository.create('services', aService({ name: 'shop' }))
      const { entity: route } = await repository.create('routes', aRoute(service, { name: 'r' }))
      await repository.update('routes', byId(route), (r) => ({ ...r, paths: ['/x'], updated_at: 9 }))
      const { entity: plugin } = await repository.create('plugins', aPlugin({ route: { id: route.id } }))
      await repository.update('plugins', byId(plugin), (p) => ({ ...p, config: { minute: 6, hour: 1 } }))
      await repository.upsert(
        'services',
        byId(service),
        aService({ name: 'shop', retries: 2, host: 'b.test' }),
      )
      await repository.remove('routes', byId(route))
    })
    expect(await told(db)).toEqual([
      '2 alice create services shop',
      '3 alice create routes r',
      '4 alice update routes r paths',
      '5 alice create plugins rate-limiting',
      '6 alice update plugins rate-limiting config.hour config.minute',
      '7 alice update services shop host retries',
      '8 alice delete plugins rate-limiting',
      '8 alice delete routes r',
    ])
    const { rows } = await listAuditRequests(db, { ...ALL, revision: 8 })
    expect(rows).toEqual([{ ...origin, revision: 8, objects: 2, at: expect.any(Number) }])
  })

  it('tells of several writes as one revision, and of an entity that comes and goes in it nothing', async () => {
    const { db, repository } = await started()
    await repository.onBehalfOf(from(null), () =>
      repository.atomically(async () => {
        const { entity } = await repository.create('consumers', aConsumer({ username: 'bob' }))
        await repository.update('consumers', byId(entity), (c) => ({ ...c, tags: ['a'] }))
        const gone = await repository.create('consumers', aConsumer())
        await repository.remove('consumers', byId(gone.entity))
      }),
    )
    expect(await told(db)).toEqual(['2  create consumers bob'])
  })

  it('tells of a config that was rewritten what it changed only', async () => {
    const { db, repository } = await started()
    const [stays, changes, goes] = [1, 2, 3].map((n) => aService({ name: `s${n}` }))
    if (!stays || !changes || !goes) throw new Error('three')
    const upsert = (entity: Entity) => ({ op: 'upsert', kind: 'services', id: entity.id, entity }) as const
    await repository.rewrite(() => ({ changes: [stays, changes, goes].map(upsert), result: null }))
    await repository.onBehalfOf(from('ci'), () =>
      repository.rewrite(() => ({
        changes: [upsert({ ...changes, port: 81 }), { op: 'delete', kind: 'services', id: goes.id }],
        result: null,
      })),
    )
    expect((await told(db, { revision: 3 })).toSorted()).toEqual([
      '3 ci delete services s3',
      '3 ci update services s2 port',
    ])
  })

  it('has exactly the revisions of the journal, whoever writes at the same time', async () => {
    const { db, repository } = await started()
    const writer = (n: number) =>
      repository.onBehalfOf(from(`w${n}`), async () => {
        const { entity } = await repository.create('services', aService({ name: `w${n}` }))
        await repository.create('services', aService({ name: 'shared' })).catch(() => null)
        await repository.update('services', byId(entity), (s) => ({ ...s, retries: n }))
      })
    await Promise.all(Array.from({ length: 24 }, (_, n) => writer(n)))
    const { rows } = await listAuditRequests(db, ALL)
    expect(rows.map(({ revision }) => revision)).toEqual(
      (await readJournal(db)).map(({ revision }) => revision).slice(1),
    )
    const own = (await told(db)).filter((line) => line.includes(' w'))
    expect(own.filter((line) => !/^\d+ (w\d+) (create|update) services (\1|shared)/.test(line))).toEqual([])
    expect(own.length).toBe(49)
  })

  it('tells of what expired that the sweeper deleted it, also when a request had to have it done', async () => {
    const { db, repository } = await started()
    const { entity: consumer } = await repository.create('consumers', aConsumer())
    const expired = { ...aCredential(consumer, { key: 'k' }), expires_at: 1 }
    await repository.create('keyauth_credentials', expired)
    await repository.onBehalfOf(from('bob'), () =>
      repository.create('keyauth_credentials', aCredential(consumer, { key: 'k' })),
    )
    expect((await told(db)).slice(2)).toEqual([
      '4 sweeper delete keyauth_credentials ',
      '5 bob create keyauth_credentials ',
    ])
  })

  it('keeps nothing where none is wanted', async () => {
    const { db } = await started()
    const quiet = new Repository(db, { audited: false })
    await quiet.create('services', aService())
    await quiet.upsert('services', { field: 'name', value: 'a' }, aService())
    expect(await told(db)).toEqual([])
  })

  it('outlives the journal and a new epoch', async () => {
    const { db, repository } = await started()
    await repository.create('services', aService({ name: 'a' }))
    await db.run((kysely) => sql`delete from journal where revision < 2`.execute(kysely))
    await startEpoch(db)
    expect(await told(db)).toEqual(['2  create services a'])
  })

  it('comes to a database of an earlier release', async () => {
    const { db, repository } = await started()
    await db.run((kysely) => sql`drop table audit_requests, audit_objects`.execute(kysely))
    await db.run((kysely) => sql`delete from schema_migrations where name like 'audit-%'`.execute(kysely))
    expect(await migrate(db)).toEqual(['audit-0001'])
    await repository.create('services', aService({ name: 'a' }))
    expect(await told(db)).toEqual(['2  create services a'])
  })
})

describe('lists of it', () => {
  it('are told from either end page by page, without gap or repetition', async () => {
    const { db, repository } = await started()
    for (let n = 0; n < 5; n++) {
      await repository.atomically(async () => {
        for (const m of [1, 2, 3]) await repository.create('services', aService({ name: `s${n}${m}` }))
      })
    }
    const all = await told(db)
    expect(all.length).toBe(15)
    for (const order of ['oldest first', 'newest first'] as const) {
      const seen: string[] = []
      let offset: string | undefined
      do {
        const page = await listAuditObjects(db, { size: 4, order, ...(offset && { offset }) })
        seen.push(...page.rows.map(({ name }) => String(name)))
        offset = page.offset
      } while (offset !== undefined)
      const names = all.map((line) => line.split(' ').at(-1))
      expect(seen).toEqual(order === 'oldest first' ? names : names.toReversed())
    }
    const newest = await listAuditRequests(db, { size: 2, order: 'newest first' })
    expect(newest.rows.map(({ revision, objects }) => [revision, objects])).toEqual([
      [6, 3],
      [5, 3],
    ])
    const next = await listAuditRequests(db, { size: 2, order: 'newest first', offset: newest.offset ?? '' })
    expect(next.rows.map(({ revision }) => revision)).toEqual([4, 3])
  })

  it.each(['', '!', 'W10', 'WzEsMl0x', 'WyJhIl0'])('refuse the offset %j', async (offset) => {
    const db = server.open()
    await expect(listAuditObjects(db, { ...ALL, offset })).rejects.toMatchObject({ code: 'invalid offset' })
  })

  it('are of what is asked for', async () => {
    const { db, repository } = await started()
    const as = (who: string, name: string) =>
      repository.onBehalfOf(from(who), () => repository.create('services', aService({ name })))
    const { entity } = await as('alice', 'a')
    await as('bob', 'b')
    await db.run((kysely) => sql`update audit_requests set at = to_timestamp(100 * revision)`.execute(kysely))
    await repository.onBehalfOf(from('carol'), () => repository.remove('services', byId(entity)))
    const [a, b, gone] = await told(db)
    const table: readonly (readonly [Partial<AuditObjectsQuery>, readonly unknown[]])[] = [
      [{ id: entity.id }, [a, gone]],
      [{ name: 'a' }, [a, gone]],
      [{ name: 'a', operation: 'delete' }, [gone]],
      [{ kind: 'services' }, [a, b, gone]],
      [{ kind: 'routes' }, []],
      [{ who: 'bob' }, [b]],
      [{ revision: 3 }, [b]],
      [{ afterRevision: 2 }, [b, gone]],
      [{ after: 300 }, [b, gone]],
      [{ after: 300.1 }, [gone]],
      [{ before: 300 }, [a]],
      [{ before: 4e9 }, [a, b, gone]],
      [{ after: 4e9 }, []],
      [{ after: 200, before: 300 }, [a]],
    ]
    for (const [query, lines] of table) expect([query, await told(db, query)]).toEqual([query, lines])
  })
})

describe('what is forgotten', () => {
  async function kept(db: Database, keep: { recordTtl?: number; recordLimit?: number }, count: number) {
    const stop = new AbortController()
    const forgetting = runAuditRetention(db, {
      ...{ recordTtl: 1e9, recordLimit: 1e9, signal: stop.signal, every: 1 },
      ...keep,
    })
    await expect
      .poll(async () => (await listAuditRequests(db, ALL)).rows.length, { interval: 5, timeout: 30_000 })
      .toBe(count)
    stop.abort()
    await forgetting
    return await told(db)
  }

  it('is what is too old, or behind too many revisions', async () => {
    const { db, repository } = await started()
    for (const name of ['a', 'b', 'c', 'd']) await repository.create('services', aService({ name }))
    await db.run((kysely) =>
      sql`update audit_requests set at = clock_timestamp() - interval '1 hour' where revision = 2`.execute(
        kysely,
      ),
    )
    expect(await kept(db, {}, 4)).toHaveLength(4)
    expect(await kept(db, { recordTtl: 600 }, 3)).toEqual([
      '3  create services b',
      '4  create services c',
      '5  create services d',
    ])
    expect(await kept(db, { recordLimit: 1 }, 1)).toEqual(['5  create services d'])
    expect((await readHead(db)).revision).toBe(5)
  })
})
