import { type Entity, type EntityDefinition, entityKinds } from '@biplane/entities'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { arbitraryEntity } from '../fixtures/arbitrary.ts'
import { aConsumer, aCredential, aRoute, aService, startServer, type TestServer } from '../fixtures/server.ts'
import { expectTruth } from '../fixtures/truth.ts'
import { readHead } from '../journal/head.ts'
import { Creations } from './creations.ts'
import { Repository, type Written } from './repository.ts'

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
const make = async (kind: string, draft: Entity) => (await repository.create(kind, draft)).entity

/** How many transactions made the revisions from one on. */
async function transactionsSince(revision: number): Promise<number> {
  const { rows } = await db.run((kysely) =>
    sql<{
      count: number
    }>`select count(distinct xmin::text) from journal where revision >= ${revision}`.execute(kysely),
  )
  return rows[0]?.count ?? 0
}

describe('creates that come together', () => {
  it.each<[string, (draft: Entity) => Promise<Written>]>([
    ['create', (draft) => repository.create('consumers', draft)],
    ['upsert', (draft) => repository.upsert('consumers', byId(draft), draft)],
  ])('share commits, and each is a revision of its own: by %s', async (_, write) => {
    const before = await readHead(db)
    const drafts = Array.from({ length: 200 }, () => aConsumer())
    const made = await Promise.all(drafts.map(write))
    expect(made.map(({ entity }) => entity)).toEqual(drafts)
    const revisions = made.map(({ revision }) => Number(revision)).toSorted((a, b) => a - b)
    expect(revisions).toEqual(drafts.map((_, i) => before.revision + 1 + i))
    expect(await transactionsSince(before.revision + 1)).toBeLessThan(150)
    await expectTruth(db)
  })

  it('fail each for itself', async () => {
    const service = await make('services', aService())
    const drafts = [
      ...Array.from({ length: 10 }, () => aRoute(service)),
      ...['same', 'same', 'same'].map((name) => aRoute(service, { name })),
      aRoute(aService()),
    ]
    const results = await Promise.allSettled(drafts.map((draft) => repository.create('routes', draft)))
    const failures = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    expect(failures.map(({ code }) => code).toSorted()).toEqual([
      'foreign key violation',
      'unique constraint violation',
      'unique constraint violation',
    ])
    await expectTruth(db)
  })

  it('are of one order with all other writes, of another process too', async () => {
    const other = new Repository(server.open(db.settings))
    const before = await readHead(db)
    const writer = async (writes: Repository) => {
      const service = (await writes.create('services', aService())).entity
      const routes = [1, 2, 3].map(() => writes.create('routes', aRoute(service)))
      const off = writes.update('services', byId(service), (now) => ({ ...now, enabled: false }))
      const late = writes.create('routes', aRoute(service))
      await Promise.all([...routes, off, late])
      const doomed = (await writes.create('consumers', aConsumer())).entity
      const credentials = [1, 2, 3].map(() => writes.create('keyauth_credentials', aCredential(doomed)))
      const removed = writes.remove('consumers', byId(doomed))
      await Promise.allSettled([...credentials, removed])
    }
    await Promise.all([repository, other, repository, other, repository, other].map(writer))
    expect((await readHead(db)).revision).toBeGreaterThan(before.revision + 6 * 8)
    await expectTruth(db)
  })

  it('do not wait for what another transaction is doing with something else', async () => {
    const [held, free] = [await make('services', aService()), await make('services', aService())]
    const { promise: done, resolve: end } = Promise.withResolvers<void>()
    const { promise: began, resolve: begin } = Promise.withResolvers<void>()
    const holding = repository.atomically(async () => {
      await repository.update('services', byId(held), (now) => ({ ...now, retries: 1 }))
      begin()
      await done
    })
    await began
    const waiting = repository.create('routes', aRoute(held))
    for (let i = 0; i < 3; i++) await make('routes', aRoute(free))
    end()
    await Promise.all([holding, waiting])
    await expectTruth(db)
  })
})

/** Of which nothing has to be judged but that what they refer to is there. */
const kinds = entityKinds.map((definition) => ({ ...definition, judgeLinks: null }))

it.each(kinds)('one statement makes an entity of $kind', async (definition) => {
  const own = server.open(db.settings, kinds)
  const { kind } = definition
  const draft = anEntity(definition, await parentsOf(own, kind))
  const made = await new Creations(own).create(own.tables.of(kind), draft, (tally) => ({
    ...tally,
    author: null,
    audit: null,
  }))
  expect(made?.entity).toEqual(draft)
  expect(await new Repository(own).get(kind, byId(draft))).toEqual(draft)
})

function anEntity(definition: EntityDefinition, links: Readonly<Record<string, string>>): Entity {
  const [draft] = fc.sample(arbitraryEntity(definition, links), 1)
  if (draft === undefined) throw new Error('no sample')
  return draft
}

/** Ids of entities that one of this kind may refer to, made for it, and known to followers. */
async function parentsOf(own: Database, kind: string): Promise<Record<string, string>> {
  const links: Record<string, string> = {}
  for (const { field, to } of own.tables.of(kind).references) {
    const parent = own.tables.get(to)
    if (parent === undefined) continue
    const draft = anEntity(parent.definition, await parentsOf(own, to))
    await new Repository(own).create(to, { ...draft, ...('enabled' in draft && { enabled: true }) })
    links[field] = draft.id
  }
  return links
}
