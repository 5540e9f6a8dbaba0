import { defineEntity, entityKinds, id } from '@biplane/entities'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startServer, type TestServer } from '../fixtures/server.ts'
import { migrate } from './migrate.ts'
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
  const { kind, missingTables } = await schemaStatus(db)
  expect({ kind, missing: missingTables.toSorted() }).toEqual({
    kind: 'incomplete',
    missing: ['hubs', 'plugins'],
  })
})
