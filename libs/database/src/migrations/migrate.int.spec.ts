import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  consumer,
  consumerGroup,
  defineEntity,
  type EntityDefinition,
  entityKinds,
  foreign,
  id,
  parameter,
  plugin,
  route,
  service,
  uniqueName,
  workspace,
} from '@biplane/entities'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Database } from '../database.ts'
import { aPlugin, aService, aValid, startServer, type TestServer } from '../fixtures/server.ts'
import { expectTruth } from '../fixtures/truth.ts'
import { readHead } from '../journal/head.ts'
import { Repository } from '../repository/repository.ts'
import { migrate } from './migrate.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const certificate = defineEntity({
  kind: 'certificates',
  collection: 'certificates',
  fields: { id, name: uniqueName },
})

/** What an early release had. */
const early = [parameter, workspace, service]

const constraints = async (db: Database) => {
  const { rows } = await db.run((kysely) =>
    sql<{ name: string }>`
      select conname as name from pg_constraint
      where contype = 'f' and connamespace = current_schema()::regnamespace order by 1`.execute(kysely),
  )
  return rows.map(({ name }) => name)
}

it('is done once by three processes that start at once', async () => {
  const settings = server.settings()
  const script = `
    const { openDatabase, migrate, readHead } = await import(${JSON.stringify(new URL('../index.ts', import.meta.url).href)})
    const { entityKinds, entityRegistry } = await import('@biplane/entities')
    const log = { debug() {}, info() { console.log('migrated') }, warn() {}, error() {} }
    const db = openDatabase({ settings: ${JSON.stringify(settings)}, registry: entityRegistry(entityKinds), log })
    await migrate(db)
    console.log(String((await readHead(db)).revision))
    await db.close()`
  const outputs = await Promise.all([1, 2, 3].map(() => run(script)))
  expect(outputs.toSorted()).toEqual(['1', '1', 'migrated 1'])
  await expectTruth(server.open(settings))
})

it('brings a kind that was registered later, with constraints for references that were there before', async () => {
  const db = await server.migrated(early)
  const before = await readHead(db)
  const names = await constraints(db)
  expect(names).not.toContain('services_client_certificate_fkey')
  await new Repository(db).create('services', aService())

  const later = server.open(db.settings, [...early, certificate])
  await migrate(later)
  expect(await constraints(later)).toEqual([...names, 'services_client_certificate_fkey'].toSorted())

  const repository = new Repository(later)
  const made = await repository.create('certificates', {
    id: '00000000-0000-4000-8000-000000000001',
    name: 'a',
  })
  const draft = { ...aService(), client_certificate: { id: made.entity.id } }
  expect((await repository.create('services', draft)).revision).toBe(before.revision + 3)
  await expect(repository.remove('certificates', { field: 'name', value: 'a' })).rejects.toMatchObject({
    details: { '@referenced_by': 'services' },
  })
  await expectTruth(later)
})

it('makes the references of an early release deferrable', async () => {
  const db = await server.migrated()
  const undeferred = () =>
    db.run((kysely) =>
      sql<{ name: string }>`
        select conname as name from pg_constraint
        where contype = 'f' and not condeferrable and connamespace = current_schema()::regnamespace`.execute(
        kysely,
      ),
    )
  await db.run((kysely) =>
    sql`alter table routes alter constraint routes_service_fkey not deferrable`.execute(kysely),
  )
  await db.run((kysely) => sql`delete from schema_migrations where name = 'references-0001'`.execute(kysely))
  expect((await undeferred()).rows).toEqual([{ name: 'routes_service_fkey' }])
  expect(await migrate(db)).toEqual(['references-0001'])
  expect((await undeferred()).rows).toEqual([])
})

it('gives the lists of an early release the indexes that pages are read by', async () => {
  const db = await server.migrated()
  const indexes = async () => {
    const { rows } = await db.run((kysely) =>
      sql<{ name: string }>`
        select indexname as name from pg_indexes
        where schemaname = current_schema() and tablename = 'routes' order by 1`.execute(kysely),
    )
    return rows.map(({ name }) => name)
  }
  const now = await indexes()
  expect(now).toEqual(expect.arrayContaining(['routes_service_id_id_idx', 'routes_tags_id_idx']))
  await db.run(async (kysely) => {
    await sql`drop index routes_service_id_id_idx, routes_tags_id_idx`.execute(kysely)
    await sql`create index on routes (service_id)`.execute(kysely)
    await sql`delete from schema_migrations where name = 'pages-0001'`.execute(kysely)
  })
  expect(await indexes()).toContain('routes_service_id_idx')
  expect(await migrate(db)).toEqual(['pages-0001'])
  expect(await indexes()).toEqual(now)
})

it('gives a kind that was there before the fields that it has got since, and changes no entity', async () => {
  const { consumer_group: _, ...fields } = plugin.fields
  const before: EntityDefinition = {
    ...plugin,
    fields,
    onlyWhenSet: [],
    uniqueTogether: [['name', 'route', 'service', 'consumer']],
    nested: {},
    checks: [],
  }
  const kinds = [parameter, workspace, service, route, consumer]
  const db = await server.migrated([...kinds, before])
  await db.run((kysely) => sql`delete from schema_migrations where name = 'fields-0001'`.execute(kysely))
  const made = await new Repository(db).create('plugins', aPlugin())

  const later = server.open(db.settings, [...kinds, consumerGroup, plugin])
  await migrate(later)
  const repository = new Repository(later)
  expect(await repository.get('plugins', { field: 'id', value: made.entity.id })).toEqual(made.entity)
  const group = await repository.create('consumer_groups', aValid('consumer_groups', { name: 'gold' }))
  const scoped = aPlugin({ consumer_group: { id: group.entity.id } })
  await repository.create('plugins', scoped)
  await expect(repository.create('plugins', { ...scoped, id: randomUUID() })).rejects.toMatchObject({
    details: { consumer_group: { id: group.entity.id } },
  })
  await expect(repository.create('plugins', aPlugin())).rejects.toMatchObject({
    details: { name: 'rate-limiting', route: null, service: null, consumer: null },
  })
  await repository.remove('consumer_groups', { field: 'name', value: 'gold' })
  expect(await repository.get('plugins', { field: 'id', value: scoped.id })).toBeUndefined()
  await expectTruth(later)
})

it('refuses a schema that a newer release has migrated', async () => {
  const newer = await server.migrated([...early, certificate])
  const db = server.open(newer.settings, early)
  await expect(migrate(db)).rejects.toMatchObject({
    name: 'SchemaTooNew',
    unknown: ['entity-certificates-0001'],
  })
})

it('answers the delete of what only a newer release knows to be referred to', async () => {
  const pupil = defineEntity({
    kind: 'pupils',
    collection: null,
    fields: { id, service: foreign('services') },
  })
  const db = await server.migrated()
  const newer = server.open(db.settings, [...entityKinds, pupil])
  await migrate(newer)
  const { entity } = await new Repository(newer).create('services', aService())
  const drafted = { id: '00000000-0000-4000-8000-000000000002', service: { id: entity.id } }
  await new Repository(newer).create('pupils', drafted)
  const removal = new Repository(db).remove(service.kind, { field: 'id', value: entity.id })
  await expect(removal).rejects.toMatchObject({ details: { '@referenced_by': 'pupils' } })
})

it('refuses a schema of which a part is missing', async () => {
  const db = await server.migrated()
  await db.run((kysely) => sql`drop table plugins cascade`.execute(kysely))
  await expect(migrate(db)).rejects.toMatchObject({
    name: 'SchemaIncomplete',
    message: expect.stringContaining('plugins'),
  })
})

it('begins anew when it has lost a deadlock against a writer', async () => {
  const db = await server.migrated()
  await db.run((kysely) => sql`delete from schema_migrations where name = 'pages-0001'`.execute(kysely))
  const paged = db.tables.all.filter(({ columns }) => columns.some(({ name }) => name === 'tags'))
  const kinds = paged.map(({ kind }) => sql.id(kind))
  const [first, last] = [kinds[0], kinds.at(-1)]
  let migrating: Promise<readonly string[]> | undefined
  await db.transaction(async (writer) => {
    // So that it is the migration that finds itself in a deadlock.
    await sql`select set_config('deadlock_timeout', '1h', true), set_config('lock_timeout', '0', true),
      set_config('statement_timeout', '0', true)`.execute(writer)
    await sql`lock table ${last} in row exclusive mode`.execute(writer)
    migrating ??= migrate(server.open(db.settings))
    await vi.waitFor(async () => {
      const { rows } = await sql`select from pg_locks where not granted`.execute(writer)
      expect(rows).toHaveLength(1)
    })
    await sql`lock table ${first} in row exclusive mode`.execute(writer)
  })
  expect(await migrating).toEqual(['pages-0001'])
})

it('leaves nothing behind when it fails, and works the next time', async () => {
  const db = server.open()
  const schema = sql.id(db.settings.schema)
  await db.run((kysely) => sql`create schema ${schema}`.execute(kysely))
  await db.run((kysely) => sql`create sequence ${schema}.routes`.execute(kysely))
  await expect(migrate(db)).rejects.toThrow()
  await db.run((kysely) => sql`drop sequence ${schema}.routes`.execute(kysely))
  await migrate(db)
  await expectTruth(db)
})

async function run(script: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  await once(child, 'close')
  return output.trim().replaceAll('\n', ' ')
}
