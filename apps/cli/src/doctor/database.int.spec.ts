import { createServer } from 'node:net'
import { migrate, openDatabase } from '@biplane/database'
import { entityKinds, entityRegistry } from '@biplane/entities'
import { freePort, type RunningPostgres, runSql, startPostgres } from '@biplane/tools/postgres'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { clocks } from './clocks.ts'
import { database, judgeServer } from './database.ts'
import { anInstallation, found, told } from './fixtures.ts'
import { versions } from './versions.ts'

const SCHEMA = 'doctor'
const fault = (...expected: Parameters<typeof told>): object => expect.objectContaining(told(...expected))

let server: RunningPostgres
beforeAll(async () => {
  server = await startPostgres()
  await migrated()
})
afterAll(() => server.stop())

const settingsOf = (more: Record<string, string> = {}): Record<string, string> => ({
  pg_host: server.host,
  pg_port: String(server.port),
  pg_user: server.user,
  pg_password: server.password,
  pg_database: server.database,
  pg_schema: SCHEMA,
  admin_listen: '127.0.0.1:1',
  ...more,
})

async function migrated(): Promise<void> {
  const quiet = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  }
  const { host, port, user, password, database } = server
  const db = openDatabase({
    settings: {
      host,
      port,
      user,
      password,
      database,
      schema: SCHEMA,
      tls: false,
      timeout: 5000,
      poolSize: 2,
    },
    registry: entityRegistry(entityKinds),
    log: quiet,
  })
  await migrate(db)
  await db.close()
}

const examined = (more?: Record<string, string>) =>
  found(database, anInstallation('admin-api', settingsOf(more)))

describe('a database', () => {
  it('is well when it can be read and written', async () => {
    expect(await examined()).toEqual([
      told('ok', `kong@127.0.0.1:${server.port}/kong`, /^PostgreSQL .*, reached and writable$/),
    ])
  })

  it('that an admin-api does without is not looked for', async () => {
    expect(await examined({ database: 'off', pg_port: '1' })).toEqual([])
  })

  it.each([
    ['nobody listens', { pg_port: '1' }, /ECONNREFUSED/, /see whether PostgreSQL runs there/],
    [
      'the host has no address',
      { pg_host: 'nowhere.invalid' },
      /nowhere.invalid/,
      /check the name in pg_host/,
    ],
    ['there is no such socket', { pg_host: '/nowhere' }, /ENOENT/, /Unix socket/],
    [
      'the password is wrong',
      { pg_password: 'wrong' },
      /password authentication failed/,
      /pg_user and pg_password/,
    ],
    ['the user is unknown', { pg_user: 'nobody' }, /"nobody"/, /pg_user and pg_password|pg_hba/],
    ['there is no such database', { pg_database: 'none' }, /"none" does not exist/, /make the database/],
    ['it speaks no TLS', { pg_ssl: 'on' }, /does not support SSL/, /set pg_ssl to off/],
  ])('is out of reach when %s', async (_what, wrong, message, remedy) => {
    const [finding, ...others] = await examined(wrong)
    expect(finding).toMatchObject({
      level: 'problem',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    })
    expect(others).toEqual([])
  })

  it('is out of reach when it never answers', async () => {
    const mute = createServer((socket) => onTestFinished(() => void socket.destroy()))
    const port = await freePort()
    await new Promise<void>((done) => mute.listen(port, '127.0.0.1', done))
    onTestFinished(() => void mute.close())
    expect(await examined({ pg_port: String(port), pg_timeout: '500' })).toMatchObject([
      { level: 'problem', remedy: expect.stringContaining('firewall') },
    ])
  })

  it('is closed to a user who owns nothing', async () => {
    await runSql(server, "create role stranger login password 'x'")
    expect(await examined({ pg_user: 'stranger', pg_password: 'x' })).toEqual([
      told('ok', 'stranger@', 'reached'),
      fault('problem', `schema ${SCHEMA}`, /may not read and write .*journal/),
    ])
    expect(await examined({ pg_user: 'stranger', pg_password: 'x', pg_schema: 'another' })).toEqual([
      told('ok', 'stranger@', 'reached'),
      fault('problem', 'schema another', 'may not make the tables'),
    ])
  })

  it('is read-only for a user whose sessions are', async () => {
    await runSql(server, 'alter role stranger set default_transaction_read_only = on')
    expect(await examined({ pg_user: 'stranger', pg_password: 'x' })).toContainEqual(
      fault('problem', 'stranger@', 'cannot be written'),
    )
  })

  it('allows fewer connections than the settings want', async () => {
    expect(await examined({ pg_pool_size: '500' })).toEqual([
      fault('warning', 'kong@', 'may want 504 connections'),
    ])
  })
})

describe('a server', () => {
  const sound = {
    version: 150_000,
    versionName: '15.0',
    encoding: 'UTF8',
    readOnly: false,
    connections: { allowed: 97, used: 3 },
    mayCreate: true,
    closedTables: [],
  }

  it.each([
    ['is as it should be', {}, 'ok'],
    ['is too old', { version: 140_011, versionName: '14.11' }, 'problem'],
    ['has another encoding', { encoding: 'SQL_ASCII' }, 'problem'],
    ['has no connection left', { connections: { allowed: 97, used: 97 } }, 'problem'],
  ])('that %s: %s', (_what, facts, level) => {
    expect(judgeServer('db', { ...sound, ...facts }, 20)).toMatchObject([{ level }])
  })
})

describe('the schema', () => {
  const examined = (schema: string) =>
    found(versions, anInstallation('admin-api', settingsOf({ pg_schema: schema })))

  it('is that of this release, or was never made', async () => {
    expect(await examined(SCHEMA)).toEqual([told('ok', 'the database schema', 'is that of release')])
    expect(await examined('never_made')).toEqual([fault('warning', 'the database schema', 'was never made')])
  })

  it('is of a newer release', async () => {
    await runSql(
      server,
      `insert into ${SCHEMA}.schema_migrations values ('entity-future-0001', '2030-01-01')`,
    )
    onTestFinished(() =>
      runSql(server, `delete from ${SCHEMA}.schema_migrations where name = 'entity-future-0001'`),
    )
    expect(await examined(SCHEMA)).toEqual([fault('problem', 'the database schema', 'entity-future-0001')])
  })

  it('was restored in part', async () => {
    await runSql(server, `alter table ${SCHEMA}.journal rename to lost`)
    onTestFinished(() => runSql(server, `alter table ${SCHEMA}.lost rename to journal`))
    expect(await examined(SCHEMA)).toEqual([fault('problem', 'the database schema', /missing: journal\)$/)])
  })
})

it.each([
  ['has the same time', 0, 'ok', 'has the same time'],
  ['is 10 s behind', 10_000, 'warning', /this clock is \d+ s ahead of it/],
  ['is an hour ahead', -3_600_000, 'problem', /this clock is 3[56]\d\d s behind it/],
] as const)('the clock of the database %s', async (_what, ahead, level, message) => {
  const now = () => Date.now() + ahead
  expect(await found(clocks, anInstallation('admin-api', settingsOf()), { now })).toMatchObject([
    told(level, 'the database', message),
  ])
})
