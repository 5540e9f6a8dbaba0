import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@biplane/database'
import { generateClusterPair } from '@biplane/service'
import { launch, type RunningApp, writeSettings } from '@biplane/tools/app-process'
import { freePort, runSql } from '@biplane/tools/postgres'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { useDatabases } from './fixtures/admin.ts'
import { eventually } from './fixtures/eventually.ts'

const databases = useDatabases()
/** Within which a process starts and is heard, on a machine that is busy with something else. */
const START_MS = 60_000
let home: string
let port: number
let app: RunningApp | undefined

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'biplane-admin-api-'))
  port = await freePort()
})
afterEach(async () => {
  await app?.stop()
  rmSync(home, { recursive: true })
})

it('starts before the database, says what it waits for, and serves as soon as the database does', async () => {
  await databases.restarted(async () => {
    await start()
    await eventually(async () => (await get('/status'))?.status === 200, START_MS)
    expect(await (await get('/status'))?.json()).toMatchObject({ database: { reachable: false } })
    const refused = await get('/services')
    expect(refused?.status).toBe(503)
    expect(await refused?.json()).toMatchObject({
      message: expect.stringMatching(/ECONNREFUSED|not answered yet/),
    })
    await eventually(() => logged('does not answer').length === 1)
  })
  await eventually(async () => (await get('/services'))?.status === 200, START_MS)
  await eventually(() => logged('ready').length === 1)
  expect(logged('answers again')).toHaveLength(1)
})

it('ends within ten seconds of SIGTERM, whatever its clients do', async () => {
  await start()
  await eventually(async () => (await get('/services'))?.status === 200, START_MS)
  const idle = await get('/') // its connection is kept alive
  expect(idle?.status).toBe(200)
  const halfHead = await opened('GET /serv')
  const halfBody = await opened(
    'POST /services HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\nContent-Type: application/json\r\n\r\n{',
  )
  const exit = await app?.stop(11_000)
  expect(exit).toEqual({ code: 0, signal: null })
  expect(logged('stopped')).toHaveLength(1)
  halfHead.destroy()
  halfBody.destroy()
})

it('does not start on a schema that a newer release made, and says so in one line', async () => {
  const settings = databases.settings()
  const db = databases.open(settings)
  await migrate(db)
  await runSql(
    databases.postgres,
    `insert into "${settings.schema}".schema_migrations (name, timestamp) values ('core-9999', '')`,
  )
  await start({ pg_schema: settings.schema })
  expect(await app?.exited).toMatchObject({ code: 1 })
  const fatal = lines().filter(({ level }) => level === 'fatal')
  expect(fatal).toHaveLength(1)
  expect(fatal[0]?.msg).toContain('newer than this release: it has the migrations core-9999')
  expect(fatal[0]).not.toHaveProperty('err')
})

it('seals secrets with a keyring, shows them as without one, and does not start without it again', async () => {
  const [key, pg_schema] = ['ab'.repeat(32), databases.settings().schema]
  await start({ pg_schema, keyring_enabled: 'on', keyring_keys: `first:${key}` })
  await eventually(async () => (await get('/services'))?.status === 200, START_MS)
  const body = JSON.stringify({
    consumers: [{ username: 'alice', keyauth_credentials: [{ key: 'sesame' }] }],
  })
  const headers = { 'content-type': 'application/json' }
  const config = JSON.stringify({ _format_version: '3.0', ...JSON.parse(body) })
  const posted = await fetch(`http://127.0.0.1:${port}/config`, { method: 'POST', headers, body: config })
  expect(posted.status).toBe(201)
  expect(await (await get('/key-auths/sesame'))?.json()).toMatchObject({ key: 'sesame' })
  expect(await (await get('/'))?.text()).not.toContain(key)
  await eventually(
    async () => (await (await get('/metrics'))?.text())?.includes('biplane_keyring_left 0') === true,
  )
  await app?.stop()

  await start({ pg_schema })
  expect(await app?.exited).toMatchObject({ code: 1 })
  const fatal = lines().filter(({ level }) => level === 'fatal')
  expect(fatal[0]?.msg).toContain("secrets in the database are sealed with the key 'first'")
  expect(fatal[0]).not.toHaveProperty('err')
})

it('does not start with a declarative config that is broken, and says where', async () => {
  const text = '{"_format_version": "3.0", "services": [{"name": "a"}]}'
  await start({ database: 'off', declarative_config_string: text })
  expect(await app?.exited).toMatchObject({ code: 1 })
  const told = lines().filter(({ level }) => level === 'fatal')
  expect(told).toHaveLength(1)
  expect(told[0]?.msg).toBe(
    "declarative_config_string: it is not valid:\nin 'services':\n  - in entry 1 of 'services':\n    in 'host': required field missing",
  )
})

async function start(settings: Record<string, string> = {}): Promise<void> {
  const { host, user, password, database } = databases.postgres
  const pair = await generateClusterPair()
  const plan = {
    name: 'admin-api',
    entry: 'apps/admin-api/src/main.ts',
    settings: {
      prefix: join(home, 'prefix'),
      pg_host: host,
      pg_port: databases.postgres.port,
      pg_user: user,
      pg_password: password,
      pg_database: database,
      pg_schema: databases.settings().schema,
      admin_listen: `127.0.0.1:${port}`,
      feed_listen: '127.0.0.1:0',
      feed_cert: btoa(pair.cert),
      feed_cert_key: btoa(pair.key),
      ...settings,
    },
  }
  writeSettings(plan, home)
  app = launch(plan, home, { PATH: process.env.PATH })
}

/** Undefined while nothing listens. */
async function get(path: string): Promise<Response | undefined> {
  return fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
}

/** A connection on which a request was begun that never ends. */
async function opened(text: string) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined) // it is cut in the end
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

interface Line {
  readonly level: string
  readonly msg: string
}

function lines(): Line[] {
  const text = readFileSync(join(home, 'logs', 'admin-api.log'), 'utf8')
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Line => JSON.parse(line))
}

function logged(part: string): Line[] {
  return lines().filter(({ msg }) => msg.includes(part))
}
