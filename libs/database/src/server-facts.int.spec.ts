import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from './database.ts'
import { startServer, type TestServer } from './fixtures/server.ts'
import { databaseClock, serverFacts } from './server-facts.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const execute = (db: Database, statement: string) => db.run((kysely) => sql.raw(statement).execute(kysely))

/** The same database as a user who owns nothing. */
async function asStranger(db: Database, name: string): Promise<Database> {
  await execute(db, `create role ${name} login password 'x'`)
  return server.open({ ...db.settings, user: name, password: 'x' })
}

it('tells of the server, the database and an owner', async () => {
  const db = await server.migrated()
  const facts = await serverFacts(db)
  expect(facts).toMatchObject({ encoding: 'UTF8', readOnly: false, mayCreate: true, closedTables: [] })
  expect(facts.version).toBeGreaterThanOrEqual(150_000)
  expect(facts.versionName).toMatch(/^\d+/)
  expect(facts.connections.allowed).toBeGreaterThan(150)
  expect(facts.connections.used).toBeLessThan(10)
})

it('tells what a user may not do', async () => {
  const db = await server.migrated()
  const { schema } = db.settings
  const stranger = await asStranger(db, 'stranger')
  expect(await serverFacts(stranger)).toMatchObject({ mayCreate: false })
  expect((await serverFacts(stranger)).closedTables).toContain('journal')
  await execute(db, `grant usage on schema "${schema}" to stranger`)
  await execute(db, `grant select, insert, update, delete on all tables in schema "${schema}" to stranger`)
  await execute(db, `revoke delete on "${schema}".routes from stranger`)
  expect(await serverFacts(stranger)).toMatchObject({ mayCreate: false, closedTables: ['routes'] })
})

it('tells whether a schema that is missing may be made', async () => {
  const db = server.open()
  expect(await serverFacts(db)).toMatchObject({ mayCreate: true, closedTables: [] })
  expect(await serverFacts(await asStranger(db, 'visitor'))).toMatchObject({ mayCreate: false })
})

it('tells of a user whose sessions are read-only', async () => {
  const db = await server.migrated()
  const reader = await asStranger(db, 'reader')
  await execute(db, 'alter role reader set default_transaction_read_only = on')
  expect(await serverFacts(reader)).toMatchObject({ readOnly: true })
})

it('tells the time', async () => {
  const db = server.open()
  const before = Date.now()
  const now = await databaseClock(db)
  expect(now).toBeGreaterThanOrEqual(before - 1)
  expect(now).toBeLessThanOrEqual(Date.now() + 1)
})
