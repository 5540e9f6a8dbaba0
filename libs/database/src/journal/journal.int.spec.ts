import { randomUUID } from 'node:crypto'
import { NOWHERE, type Position } from '@biplane/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { aConsumer, aCredential, aRoute, aService, startServer, type TestServer } from '../fixtures/server.ts'
import { expectTruth, readJournal } from '../fixtures/truth.ts'
import { migrate } from '../migrations/migrate.ts'
import { Repository } from '../repository/repository.ts'
import { runSweeper } from '../repository/sweeper.ts'
import { readHead } from './head.ts'
import { changesAfter } from './read.ts'
import { runRetention } from './retention.ts'
import { readSnapshot } from './snapshot.ts'
import { watchHead } from './watch.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const PLENTY = { revisions: 1000, bytes: 1e9 }
const byId = ({ id }: { id: string }) => ({ field: 'id', value: id })

async function started(): Promise<{ db: Database; repository: Repository }> {
  const db = await server.migrated()
  return { db, repository: new Repository(db) }
}

describe('the journal', () => {
  it('numbers the writes of 64 concurrent writers in one order without a gap', async () => {
    const { db, repository } = await started()
    const revisions: number[] = []
    const writer = async (i: number) => {
      const created = await repository.create('services', aService({ name: `s${i}` }))
      const route = await repository.create('routes', aRoute(created.entity))
      const off = await repository.update('services', byId(created.entity), (s) => ({
        ...s,
        enabled: i % 2 === 0,
      }))
      const put = await repository.upsert(
        'services',
        { field: 'name', value: 'all' },
        aService({ retries: i }),
      )
      const gone = await repository.remove('routes', byId(route.entity))
      revisions.push(...[created, route, off, put, gone].map((done) => done?.revision ?? 0))
    }
    await Promise.all(Array.from({ length: 64 }, (_, i) => writer(i)))
    const journal = await readJournal(db)
    expect(revisions.toSorted((a, b) => a - b)).toEqual(journal.slice(1).map(({ revision }) => revision))
    await expectTruth(db)
  })

  it('begins with what every config holds', async () => {
    const { db } = await started()
    const head = await readHead(db)
    expect(head).toMatchObject({ revision: 1, epoch: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(head.hash).not.toBe(NOWHERE.hash)
    const [first] = await readJournal(db)
    expect(first?.changes.map(({ kind, id }) => [kind, id])).toEqual([
      ['parameters', 'cluster_id'],
      ['workspaces', '0dc6f45b-8f8d-40d2-a504-473544ee190b'],
    ])
    await expectTruth(db)
  })
})

describe('changesAfter', () => {
  it('gives what follows a position of the journal, in order', async () => {
    const { db, repository } = await started()
    const from = await readHead(db)
    for (const name of ['a', 'b', 'c']) await repository.create('services', aService({ name }))
    const changes = await changesAfter(db, from, PLENTY)
    expect(changes).toEqual((await readJournal(db)).slice(1))
    expect(await changesAfter(db, await readHead(db), PLENTY)).toEqual([])
  })

  it('stops at either limit, but gives one revision at least', async () => {
    const { db, repository } = await started()
    const from = await readHead(db)
    for (const name of ['a', 'b', 'c']) await repository.create('services', aService({ name }))
    const [first] = (await readJournal(db)).slice(1)
    const size = first?.changes[0]?.bytes?.length ?? 0
    const given = async (limits: typeof PLENTY) => (await changesAfter(db, from, limits)).length
    expect(await given({ ...PLENTY, revisions: 2 })).toBe(2)
    expect(await given({ ...PLENTY, bytes: 1 })).toBe(1)
    expect(await given({ ...PLENTY, bytes: size * 2 + 20 })).toBe(2)
  })

  it.each<[string, (head: Position, earlier: Position) => Position]>([
    ['nothing yet', () => NOWHERE],
    ['a revision that was never made', (head) => ({ ...head, revision: head.revision + 1 })],
    ['the head with another hash', (head, earlier) => ({ ...head, hash: earlier.hash })],
    ['an earlier revision with another hash', (head, earlier) => ({ ...earlier, hash: head.hash })],
    ['the head of another epoch', (head) => ({ ...head, epoch: randomUUID() })],
    ['an earlier revision of another epoch', (_, earlier) => ({ ...earlier, epoch: randomUUID() })],
  ])('is gone for a follower that has %s', async (_, position) => {
    const { db, repository } = await started()
    const earlier = await readHead(db)
    await repository.create('services', aService())
    expect(await changesAfter(db, position(await readHead(db), earlier), PLENTY)).toBe('gone')
  })

  it('is gone for a follower of what came after a backup that was restored', async () => {
    const id = randomUUID()
    const [database, copy] = [`live-${id}`, `copy-${id}`]
    const admin = server.open()
    await admin.run((kysely) => sql`create database ${sql.id(database)}`.execute(kysely))
    const settings = { ...server.settings(), database }
    const backedUp = server.open(settings)
    await migrate(backedUp)
    await new Repository(backedUp).create('services', aService({ name: 'kept' }))
    await backedUp.close()
    await admin.run((kysely) =>
      sql`create database ${sql.id(copy)} template ${sql.id(database)}`.execute(kysely),
    )

    const live = server.open(settings)
    await new Repository(live).create('services', aService({ name: 'lost' }))
    const ahead = await readHead(live)
    const restored = server.open({ ...settings, database: copy })
    expect(await changesAfter(restored, ahead, PLENTY)).toBe('gone')
    await new Repository(restored).create('services', aService({ name: 'instead' }))
    expect((await readHead(restored)).revision).toBe(ahead.revision)
    expect(await changesAfter(restored, ahead, PLENTY)).toBe('gone')
    await expectTruth(restored)
  })
})

describe('readSnapshot', () => {
  it('is of one revision, whatever is written while it is read', async () => {
    const { db, repository } = await started()
    const consumer = (await repository.create('consumers', aConsumer())).entity
    // Not all at once: the last ones would wait for a connection longer than a busy machine may take.
    for (let hundred = 0; hundred < 12; hundred++) {
      await Promise.all(
        Array.from({ length: 100 }, () => repository.create('keyauth_credentials', aCredential(consumer))),
      )
    }
    const head = await readHead(db)
    const read = await readSnapshot(db, async ({ position, changes }) => {
      let count = 0
      for await (const { kind } of changes) {
        if (count === 1) await repository.remove('consumers', byId(consumer))
        if (kind === 'keyauth_credentials') count++
        else if (kind === 'consumers') count++
      }
      return { position, count }
    })
    expect(read).toEqual({ position: head, count: 1201 })
    await expectTruth(db)
  })

  it.each([
    ['was changed by hand', sql`update services set body = jsonb_set(body, '{host}', '"evil"')`],
    ['was deleted by hand', sql`delete from services`],
  ])('fails when a row %s', async (_, statement) => {
    const { db, repository } = await started()
    await repository.create('services', aService())
    await db.run((kysely) => statement.execute(kysely))
    const reading = readSnapshot(db, async ({ changes }) => {
      for await (const _change of changes);
    })
    await expect(reading).rejects.toThrow('are not the config of revision 2')
  })
})

describe('watchHead', () => {
  it('tells the first head and the newest of what follows, long before it polls', async () => {
    const { db, repository } = await started()
    const stop = new AbortController()
    const heads: number[] = []
    const { promise: done, resolve } = Promise.withResolvers<void>()
    const watching = watchHead(db, {
      signal: stop.signal,
      pollEvery: 60_000,
      async onHead({ revision }) {
        heads.push(revision)
        if (heads.length === 1) {
          // While one head is being told of, three more come.
          for (const name of ['a', 'b', 'c']) await repository.create('services', aService({ name }))
        }
        if (revision === 4) resolve()
      },
    })
    await done
    stop.abort()
    await watching
    expect(heads).toEqual([1, 4])
  })

  it('sees by polling what it is not notified of', async () => {
    const { db, repository } = await started()
    const stop = new AbortController()
    const listener = new Promise<number>((resolve) => {
      void watchHead(db, {
        signal: stop.signal,
        pollEvery: 20,
        onHead: ({ revision }) => (revision > 1 ? resolve(revision) : undefined),
      })
    })
    await db.run((kysely) =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'`.execute(kysely),
    )
    await repository.create('services', aService())
    expect(await listener).toBe(2)
    stop.abort()
  })
})

describe('housekeeping', () => {
  it('trims the journal to what is to be kept, and always keeps the head', async () => {
    const { db, repository } = await started()
    for (let i = 0; i < 9; i++) await repository.create('services', aService())
    const revisionsAfter = async (keepRevisions: number, keepFor: number, left: number) => {
      const stop = new AbortController()
      const trimming = runRetention(db, { signal: stop.signal, every: 1, keepRevisions, keepFor })
      await expect
        .poll(async () => (await readJournal(db)).length, { interval: 5, timeout: 30_000 })
        .toBe(left)
      stop.abort()
      await trimming
      return (await readJournal(db)).map(({ revision }) => revision)
    }
    const ever = Number.POSITIVE_INFINITY
    expect(await revisionsAfter(4, ever, 4)).toEqual([7, 8, 9, 10])
    expect(await revisionsAfter(ever, 1e9, 4)).toEqual([7, 8, 9, 10])
    expect(await revisionsAfter(0, 1e9, 1)).toEqual([10])
    expect(await changesAfter(db, await readHead(db), PLENTY)).toEqual([])
  })

  it('sweeps expired credentials, several instances together', async () => {
    const { db, repository } = await started()
    const consumer = (await repository.create('consumers', aConsumer())).entity
    for (let i = 0; i < 5; i++)
      await repository.create('keyauth_credentials', {
        ...aCredential(consumer),
        expires_at: i < 4 ? 1 : null,
      })
    const stop = new AbortController()
    const sweeping = [1, 2].map(() => runSweeper(db, repository, { signal: stop.signal, every: 5 }))
    await expect.poll(() => count(db, 'keyauth_credentials'), { interval: 5 }).toBe(1)
    stop.abort()
    await Promise.all(sweeping)
    await expectTruth(db)
  })
})

async function count(db: Database, kind: string): Promise<number> {
  const { rows } = await db.run((kysely) =>
    sql<{ n: number }>`select count(*) as n from ${sql.id(kind)}`.execute(kysely),
  )
  return rows[0]?.n ?? 0
}
