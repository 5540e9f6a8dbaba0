import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  type Entity,
  type EntityDefinition,
  entityKinds,
  type Json,
  references,
  secretFields,
} from '@biplane/entities'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { arbitraryEntity } from '../fixtures/arbitrary.ts'
import {
  aConsumer,
  aCredential,
  aKeyring,
  aPlugin,
  registry,
  startServer,
  type TestServer,
} from '../fixtures/server.ts'
import { expectTruth } from '../fixtures/truth.ts'
import { readHead } from '../journal/head.ts'
import { migrate } from '../migrations/migrate.ts'
import { Repository } from '../repository/repository.ts'
import type { DatabaseSettings } from '../settings.ts'
import { Keyring } from './keyring.ts'
import { Resealing } from './resealing.ts'
import { unlockKeyring } from './unlock.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const unlinked = entityKinds.map((definition) => ({ ...definition, judgeLinks: null }))
const MARK = 'open sesame'

/** As a process with this keyring has it. */
async function opened(settings: DatabaseSettings, keyring: Keyring): Promise<Database> {
  const db = server.open(settings, unlinked, keyring)
  await migrate(db)
  await unlockKeyring(db)
  return db
}

/** Fills every field that may be a secret of every kind with texts that bear the mark; gives all entities. */
async function fill(db: Database): Promise<readonly { kind: string; entity: Entity }[]> {
  const repository = new Repository(db)
  const all: { kind: string; entity: Entity }[] = []
  for (const definition of registry.all) {
    const { kind } = definition
    const idOf = (to: string) => all.find((each) => each.kind === to)?.entity.id ?? ''
    const links = Object.fromEntries(references(definition).map(({ field, to }) => [field, idOf(to)]))
    for (const draft of fc.sample(
      arbitraryEntity(definition, links),
      secretFields(definition).length > 0 ? 2 : 1,
    )) {
      const marked = { ...draft, ...secretsOf(definition, draft) }
      const { entity } = await repository.create(kind, marked)
      // A second write of each, by the other way to write.
      await repository.update(kind, { field: 'id', value: entity.id }, () => marked)
      all.push({ kind, entity })
    }
  }
  // And by the third: all of it as one.
  const changes = all.map(({ kind, entity }) => ({ op: 'upsert' as const, kind, id: entity.id, entity }))
  await repository.rewrite(() => ({ changes, result: undefined }))
  return all
}

function secretsOf(definition: EntityDefinition, { id }: Entity): Record<string, Json> {
  const secret = (field: string): Json => {
    const text = `${MARK} ${definition.kind} ${field} ${id}`
    return definition.fields[field]?.type === 'record' ? { deep: [{ inside: text }] } : text
  }
  return Object.fromEntries(secretFields(definition).map((field) => [field, secret(field)]))
}

/** Every row of every table there is, as text. */
async function dump(db: Database): Promise<string> {
  return await db.run(async (kysely) => {
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_class
      where relnamespace = current_schema()::regnamespace and relkind = 'r'`.execute(kysely)
    const texts = rows.map(async ({ name }) => {
      const all = await sql<{ row: string }>`select each::text as row from ${sql.id(name)} as each`.execute(
        kysely,
      )
      return all.rows.map(({ row }) => row).join('\n')
    })
    return (await Promise.all(texts)).join('\n')
  })
}

const marks = async (db: Database) => (await dump(db)).split(MARK).length - 1

/** One round of it. */
async function reseal(db: Database): Promise<number | null> {
  const ended = new AbortController()
  const resealing = new Resealing(db)
  const run = resealing.run({ signal: ended.signal, every: 3_600_000 })
  await expect.poll(() => resealing.left, { timeout: 60_000 }).toBe(0)
  ended.abort()
  await run
  return resealing.left
}

async function expectAll(db: Database, all: Awaited<ReturnType<typeof fill>>): Promise<void> {
  const repository = new Repository(db)
  for (const { kind, entity } of all)
    expect(await repository.get(kind, { field: 'id', value: entity.id })).toEqual(entity)
  await expectTruth(db)
}

describe('with a keyring, the database', { timeout: 120_000 }, () => {
  it('holds no secret of any kind in clear: in no table, by no way of writing', async () => {
    const clear = await opened(server.settings(), new Keyring([]))
    await fill(clear)
    expect(await marks(clear)).toBeGreaterThan(50)
    const db = await opened(server.settings(), aKeyring(['k1']))
    const all = await fill(db)
    expect(await marks(db)).toBe(0)
    await expectAll(db, all)
  })

  it('finds by a unique secret, and refuses it a second time', async () => {
    const db = await opened(server.settings(), aKeyring(['k1']))
    const repository = new Repository(db)
    const { entity: consumer } = await repository.create('consumers', aConsumer())
    const { entity } = await repository.create('keyauth_credentials', aCredential(consumer, { key: 'k' }))
    expect(await repository.get('keyauth_credentials', { field: 'key', value: 'k' })).toEqual(entity)
    expect(await repository.get('keyauth_credentials', { field: 'key', value: 'l' })).toBeUndefined()
    await expect(
      repository.create('keyauth_credentials', aCredential(consumer, { key: 'k' })),
    ).rejects.toMatchObject({ code: 'unique constraint violation', details: { key: 'k' } })
  })

  it('does not give one row what another row holds', async () => {
    const db = await opened(server.settings(), aKeyring(['k1']))
    const repository = new Repository(db)
    const [a, b] = [aPlugin(), aPlugin({ name: 'cors' })]
    for (const each of [a, b]) await repository.create('plugins', each)
    await db.run((kysely) =>
      sql`update plugins set body = (select body from plugins where id = ${a.id}) where id = ${b.id}`.execute(
        kysely,
      ),
    )
    await expect(repository.get('plugins', { field: 'id', value: b.id })).rejects.toThrow('does not open')

    const rotating = await opened(db.settings, aKeyring(['k2', 'k1']))
    const resealing = new Resealing(rotating)
    const ended = new AbortController()
    const run = resealing.run({ signal: ended.signal, every: 3_600_000 })
    await expect.poll(() => resealing.left, { timeout: 60_000 }).toBe(1)
    ended.abort()
    await run
    expect(await new Repository(rotating).get('plugins', { field: 'id', value: a.id })).toEqual(a)
  })
})

describe('what a database holds', { timeout: 120_000 }, () => {
  it('is sealed once a keyring is switched on, and in clear again once it is switched off, without a revision', async () => {
    const settings = server.settings()
    const clear = await opened(settings, new Keyring([]))
    const all = await fill(clear)
    const head = await readHead(clear)

    const on = await opened(settings, aKeyring(['k1']))
    const repository = new Repository(on)
    const [, secret] = all.filter(({ kind }) => kind === 'keyauth_credentials')
    const { id, key } = secret?.entity ?? { id: '', key: '' }
    expect(await repository.get('keyauth_credentials', { field: 'key', value: String(key) })).toMatchObject({
      id,
    })
    await reseal(on)
    expect(await marks(on)).toBe(0)
    expect(await readHead(on)).toEqual(head)
    await expectAll(on, all)
    await expect(opened(settings, new Keyring([]))).rejects.toThrow("sealed with the key 'k1'")

    const off = await opened(settings, aKeyring(['k1'], false))
    await reseal(off)
    await expectAll(off, all)
    const gone = await opened(settings, new Keyring([]))
    expect(await readHead(gone)).toEqual(head)
    await expectAll(gone, all)
    expect(await dump(gone)).not.toContain('k1:')
  })

  it('keeps a unique secret unique while some rows are sealed and others are not', async () => {
    const settings = server.settings()
    const clear = new Repository(await opened(settings, new Keyring([])))
    const { entity: consumer } = await clear.create('consumers', aConsumer())
    await clear.create('keyauth_credentials', aCredential(consumer, { key: 'k' }))
    const draft = aCredential(consumer, { key: 'k' })
    for (const isSealing of [true, false]) {
      const repository = new Repository(await opened(settings, aKeyring(['k1'], isSealing)))
      await expect(repository.create('keyauth_credentials', draft)).rejects.toMatchObject({
        details: { key: 'k' },
      })
    }
  })

  it('is one to processes that seal with different keys, and open with both', async () => {
    const settings = server.settings()
    const one = new Repository(await opened(settings, aKeyring(['k1', 'k2'])))
    const other = new Repository(await opened(settings, aKeyring(['k2', 'k1'])))
    const { entity: consumer } = await one.create('consumers', aConsumer())
    for (const [writer, reader] of [
      [one, other],
      [other, one],
    ] as const) {
      const { entity } = await writer.create('keyauth_credentials', aCredential(consumer))
      const key = { field: 'key', value: String(entity.key) }
      expect(await reader.get('keyauth_credentials', key)).toEqual(entity)
      const same = aCredential(consumer, { key: key.value })
      await expect(reader.create('keyauth_credentials', same)).rejects.toMatchObject({
        details: { key: key.value },
      })
    }
  })

  it('goes over to another key, after which the old one is not needed', async () => {
    const settings = server.settings()
    const all = await fill(await opened(settings, aKeyring(['k1'])))
    const both = await opened(settings, aKeyring(['k2', 'k1']))
    await expectAll(both, all)
    await reseal(both)
    const db = await opened(settings, aKeyring(['k2']))
    await expectAll(db, all)
    expect(await dump(db)).not.toContain('k1:')
  })
})

describe('a start is refused', () => {
  const wrong = new Keyring([{ id: 'k1', key: Buffer.alloc(32, 9) }])
  it.each([
    ['without the key', new Keyring([]), "sealed with the key 'k1'"],
    ['with another key', aKeyring(['k2']), "sealed with the key 'k1'"],
    ['with a wrong key of that name', wrong, "knows as 'k1'"],
  ])('%s that sealed what is there', async (_, keyring, message) => {
    const settings = server.settings()
    await new Repository(await opened(settings, aKeyring(['k1']))).create('plugins', aPlugin())
    await expect(opened(settings, keyring)).rejects.toMatchObject({
      name: 'KeyringRefusal',
      message: expect.stringContaining(message),
    })
  })

  it.each([
    ['without one', new Keyring([]), 'keyring_enabled=off first'],
    ['with none of them', aKeyring(['k2']), 'names none of that'],
  ])('%s where a keyring is on, though nothing is sealed yet', async (_, keyring, message) => {
    const settings = server.settings()
    await opened(settings, aKeyring(['k1']))
    await expect(opened(settings, keyring)).rejects.toThrow(message)
  })
})

it('goes on with another key where a process that was killed has left off', async () => {
  const settings = server.settings()
  const db = await opened(settings, aKeyring(['k1']))
  const repository = new Repository(db)
  const { entity: consumer } = await repository.create('consumers', aConsumer())
  await repository.write(async (batch) => {
    for (let i = 0; i < CREDENTIALS; i++) await batch.create('keyauth_credentials', aCredential(consumer))
  })
  const isRotated = async (key: string) => {
    const { rows } = await db.run((kysely) =>
      sql<{
        n: number
      }>`select count(*) as n from keyauth_credentials where body->>'$sealed' like ${`${key}:%`}`.execute(
        kysely,
      ),
    )
    return rows[0]?.n ?? 0
  }
  await slow(db, true)
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(settings)], { stdio: 'inherit' })
  const exited = once(child, 'exit')
  await expect.poll(() => isRotated('k2'), { timeout: 60_000, interval: 5 }).toBeGreaterThan(0)
  child.kill('SIGKILL')
  await exited
  await slow(db, false)
  expect(await isRotated('k1')).toBeGreaterThan(0)

  await reseal(await opened(settings, aKeyring(['k2', 'k1'])))
  const rotated = await opened(settings, aKeyring(['k2']))
  expect(await isRotated('k2')).toBe(CREDENTIALS)
  await expectTruth(rotated)
}, 120_000)

const CREDENTIALS = 1000

/** Lets every change of a credential take a while, so that there is time for a kill. */
async function slow(db: Database, isSlow: boolean): Promise<void> {
  const statements = isSlow
    ? [
        sql`create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(0.01); return new; end'`,
        sql`create trigger wait before update on keyauth_credentials for each row execute function wait()`,
      ]
    : [sql`drop trigger wait on keyauth_credentials`]
  for (const statement of statements) await db.run((kysely) => statement.execute(kysely))
}

/** Rotates to a second key, in a process of its own. */
function script(settings: DatabaseSettings): string {
  const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
  return `
    const { openDatabase, Resealing, unlockKeyring } = await import(${at('../index.ts')})
    const { aKeyring, registry } = await import(${at('../fixtures/server.ts')})
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const settings = ${JSON.stringify(settings)}
    const db = openDatabase({ settings, registry, log, keyring: aKeyring(['k2', 'k1']) })
    await unlockKeyring(db)
    await new Resealing(db).run({ signal: new AbortController().signal, every: 1000 })`
}
