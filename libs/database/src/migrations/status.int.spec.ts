import { defineEntity, entityKinds, id } from '@biplane/entities'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { startServer, type TestServer } from '../fixtures/server.ts'
import { migrate } from './migrate.ts'
import { SchemaIncomplete } from './refusal.ts'
import { schemaStatus } from './status.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const later = [...entityKinds, defineEntity({ kind: 'pupils', collection: null, fields: { id } })]

it('is empty before the first migration, and stays so when it is looked at', async () => {
  const db = server.open()
  await schemaStatus(db)
  expect(await schemaStatus(db)).toMatchObject({
    kind: 'empty',
    executed: [],
    pending: expect.arrayContaining(['core-0001', 'entity-services-0001', 'seed-0001']),
  })
})

it('is current after it, and tells when each was executed', async () => {
  const db = await server.migrated()
  const { kind, executed, pending } = await schemaStatus(db)
  expect({ kind, pending }).toEqual({ kind: 'current', pending: [] })
  expect(executed.map(({ name }) => name)).toContain('seed-0001')
  for (const { at } of executed) expect(Date.parse(at)).not.toBeNaN()
})

it('names what a newer release needs, which then tells of what it runs', async () => {
  const { settings } = await server.migrated()
  const db = server.open(settings, later)
  expect(await schemaStatus(db)).toMatchObject({ kind: 'pending', pending: ['entity-pupils-0001'] })
  const told: string[] = []
  expect(await migrate(db, { onMigration: (name) => told.push(name) })).toEqual(['entity-pupils-0001'])
  expect(told).toEqual(['entity-pupils-0001'])
  expect(await migrate(db)).toEqual([])
})

it('is newer where a newer release has migrated', async () => {
  const { settings } = await server.migrated(later)
  expect(await schemaStatus(server.open(settings))).toMatchObject({
    kind: 'newer',
    unknown: ['entity-pupils-0001'],
  })
})

it('is incomplete where a table is missing', async () => {
  const db = await server.migrated()
  await db.run((kysely) => sql`drop table plugins, hubs cascade`.execute(kysely))
  expect(await schemaStatus(db)).toMatchObject({ kind: 'incomplete', faults: ['missing: hubs, plugins'] })
})

it('is incomplete where a table has become something else', async () => {
  const db = await server.migrated()
  await runAll(db, 'drop table snis cascade', 'create view snis as select 1 as id')
  expect(await schemaStatus(db)).toMatchObject({ kind: 'incomplete', faults: ['missing: snis'] })
})

it.each([
  [
    'restored without the record of its migrations',
    'delete from schema_migrations',
    /^there without a record/,
  ],
  [
    'restored without that table',
    'drop table schema_migrations',
    /: .*journal_head, journal, .* and \d+ more$/,
  ],
  ['restored without what its tables held', 'delete from journal_head', /^empty: journal_head$/],
])('is incomplete where it was %s, and is not migrated', async (_what, change, fault) => {
  const db = await server.migrated()
  await runAll(db, change)
  const { kind, faults } = await schemaStatus(db)
  expect({ kind, faults }).toEqual({ kind: 'incomplete', faults: [expect.stringMatching(fault)] })
  await expect(migrate(db)).rejects.toThrow(SchemaIncomplete)
})

it('is incomplete where another program has tables of these names, as Kong has', async () => {
  const db = server.open()
  const schema = `"${db.settings.schema}"`
  await runAll(db, `create schema ${schema}`, `create table ${schema}.routes (id uuid)`)
  expect(await schemaStatus(db)).toMatchObject({
    kind: 'incomplete',
    faults: ['there without a record of the migration that makes it: routes'],
  })
})

it('is one state or the other while it is migrated elsewhere', async () => {
  const seen = new Set<string>()
  for (let round = 0; round < 5; round += 1) {
    const db = server.open()
    let done = false
    const looking = Array.from({ length: 10 }, async () => {
      while (!done) seen.add((await schemaStatus(db)).kind)
    })
    await migrate(server.open(db.settings))
    done = true
    await Promise.all(looking)
    seen.add((await schemaStatus(db)).kind)
  }
  expect(seen).toEqual(new Set(['empty', 'current']))
})

async function runAll(db: Database, ...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await db.run((kysely) => sql.raw(statement).execute(kysely))
}
