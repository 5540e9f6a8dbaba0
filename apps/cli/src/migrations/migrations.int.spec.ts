import { freePort, type RunningPostgres, runSql, startPostgres } from '@biplane/tools/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biplane, type Ended, type RunOptions } from '../fixtures/run.ts'

let postgres: RunningPostgres
let schemas = 0
let env: Record<string, string>

beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.stop())

/** Settings of an empty schema. Nothing but the database: no certificates. */
function fresh(): Record<string, string> {
  const { host, port, user, password, database } = postgres
  schemas += 1
  env = {
    KONG_PG_HOST: host,
    KONG_PG_PORT: String(port),
    KONG_PG_USER: user,
    KONG_PG_PASSWORD: password,
    KONG_PG_DATABASE: database,
    KONG_PG_SCHEMA: `cli_${schemas}`,
  }
  return env
}

function migrations(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return biplane(['migrations', ...args], { ...options, env: { ...env, ...options.env } })
}

describe('migrations up', () => {
  it('brings an empty database to what the release needs, and says what it did', async () => {
    fresh()
    expect(await migrations(['status'])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('core-0001'),
    })
    const up = await migrations(['up'])
    expect(up).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ migrations were executed: /) })
    expect(up.stderr).toMatch(
      /Reached schema cli_\d+ of database kong on 127\.0\.0\.1:\d+ [\s\S]* {2}core-0001\n/,
    )
    expect(await migrations(['status'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/: the schema is up to date\n$/),
    })
    expect((await migrations(['up', '--json'])).json()).toEqual({ status: 'current', executed: [] })
  })

  it('is done once by several at a time', async () => {
    fresh()
    const ups = await Promise.all([1, 2, 3].map(() => migrations(['up', '--json'])))
    expect(ups.map(({ code }) => code)).toEqual([0, 0, 0])
    const counts = ups
      .map((up) => up.json().executed)
      .filter((names) => Array.isArray(names) && names.length > 0)
    expect(counts).toHaveLength(1)
  })

  it('waits for a database that comes later', async () => {
    const port = await freePort()
    let later: Promise<RunningPostgres> | undefined
    const up = await biplane(['migrations', 'up', '--wait', '120'], {
      env: { KONG_PG_PORT: String(port), KONG_PG_PASSWORD: 'kong' },
      onOutput({ stderr }) {
        if (stderr.includes('ECONNREFUSED')) later ??= startPostgres({ port })
      },
    })
    await (await later)?.stop()
    expect(up).toMatchObject({ code: 0, stderr: expect.stringMatching(/ECONNREFUSED[\s\S]*Reached/) })
  })

  it('says what the user of the database may not do, and what to do about it', async () => {
    fresh()
    await migrations(['up'])
    await runSql(postgres, `create role lodger login password 'lodger'`)
    const env = { KONG_PG_USER: 'lodger', KONG_PG_PASSWORD: 'lodger' }
    for (const command of [['status'], ['up'], ['new-epoch', '--yes']]) {
      const { code, stderr } = await migrations(command, { env })
      expect([code, stderr]).toEqual([1, expect.stringContaining('permission denied for schema cli_')])
      expect(stderr).toContain('let the user own the schema')
      expect(stderr).not.toContain('should not happen')
    }
    const nowhere = await migrations(['up'], { env: { ...env, KONG_PG_SCHEMA: 'another' } })
    expect(nowhere.stderr).toContain('refuses this: permission denied for database')
  })

  it('leaves a schema alone where another program has tables of ours', async () => {
    const { KONG_PG_SCHEMA } = fresh()
    await runSql(postgres, `create schema ${KONG_PG_SCHEMA}`)
    await runSql(postgres, `create table ${KONG_PG_SCHEMA}.routes (id uuid)`)
    expect(await migrations(['status'])).toMatchObject({ code: 7, stdout: expect.stringContaining('routes') })
    expect(await migrations(['up'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another pg_schema'),
    })
  })

  it('leaves a schema alone that a newer release has migrated', async () => {
    fresh()
    await migrations(['up'])
    await runSql(
      postgres,
      `insert into "cli_${schemas}".schema_migrations values ('entity-pupils-0001', now())`,
    )
    expect(await migrations(['up'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('newer than this release'),
    })
    expect(await migrations(['status'])).toMatchObject({
      code: 6,
      stdout: expect.stringContaining('unknown here'),
    })
  })
})

describe('migrations new-epoch', () => {
  it('begins one where it is told to, and tells both', async () => {
    fresh()
    await migrations(['up'])
    const begun = await migrations(['new-epoch', '--yes', '--json'])
    expect(begun.json()).toEqual({
      changed: true,
      before: expect.any(String),
      after: expect.any(String),
      revision: 1,
    })
    expect(begun.json().before).not.toBe(begun.json().after)
    const next = await migrations(['new-epoch', '--yes', '--json'])
    expect(next.json().before).toBe(begun.json().after)
  })

  it('changes nothing without being told to where nobody can be asked', async () => {
    fresh()
    await migrations(['up'])
    expect(await migrations(['new-epoch'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--yes'),
    })
  })

  it('needs a schema that is up to date', async () => {
    fresh()
    expect(await migrations(['new-epoch', '--yes'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(empty)'),
    })
  })
})
