import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aService, startServer, type TestServer } from './fixtures/server.ts'
import { readHead } from './journal/head.ts'
import { Repository } from './repository/repository.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const unavailable = { name: 'DatabaseUnavailable' }

it.each([
  ['nobody listens', { port: 1 }, /ECONNREFUSED/],
  ['the password is wrong', { password: 'wrong' }, /password authentication failed/],
  ['the database does not exist', { database: 'none' }, /does not exist/],
  ['the host has no address', { host: 'no-such-host.invalid' }, /no-such-host/],
])('tells that the database is unavailable when %s', async (_, wrong, reason) => {
  const db = server.open({ ...server.settings(), ...wrong })
  await expect(db.ping()).rejects.toMatchObject({ ...unavailable, message: expect.stringMatching(reason) })
})

it('keeps no connection that could not be prepared, so that none is wanting later and closing ends', async () => {
  const db = server.open({ ...server.settings(), schema: 'no\0name' })
  const failures = await Promise.all(
    Array.from({ length: 9 }, () =>
      db.feed((kysely) => sql`select 1`.execute(kysely)).catch(({ message }) => message),
    ),
  )
  for (const failure of failures) expect(failure).toMatch('invalid byte sequence')
  await db.close()
})

it('survives the loss of idle and of busy connections, and works again at once', async () => {
  const db = await server.migrated()
  await Promise.all([1, 2, 3].map(() => db.ping()))
  const other = server.open()
  const endOthers = () =>
    other.run((kysely) =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`.execute(
        kysely,
      ),
    )
  await endOthers()
  const broken = db.transaction(async (tx) => {
    await sql`select 1`.execute(tx)
    await endOthers()
    await sql`select 1`.execute(tx)
  })
  await expect(broken).rejects.toMatchObject(unavailable)
  await expect
    .poll(
      () =>
        db.ping().then(
          () => true,
          () => false,
        ),
      { interval: 5 },
    )
    .toBe(true)
  expect((await new Repository(db).create('services', aService())).revision).toBe(2)
})

it('tells that the database is unavailable when a statement or a lock takes too long', async () => {
  const db = server.open({ ...(await server.migrated()).settings, timeout: 100 })
  await expect(db.run((kysely) => sql`select pg_sleep(5)`.execute(kysely))).rejects.toMatchObject(unavailable)
  const blocked = db.transaction(async (tx) => {
    await sql`select from journal_head for update`.execute(tx)
    await new Repository(db).create('services', aService())
  })
  await expect(blocked).rejects.toMatchObject(unavailable)
})

it('gives up a server that does not answer', async () => {
  const sockets: Socket[] = []
  const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
  const db = server.open({ ...server.settings(), port: await portOf(mute), timeout: 50 })
  await expect(db.ping()).rejects.toMatchObject(unavailable)
  for (const socket of sockets) socket.destroy()
  mute.close()
})

it('gives up a connection on which nothing comes any more, after two and a half time-outs, and makes another', async () => {
  const { host, port, ...rest } = server.settings()
  const lines: [Socket, Socket][] = []
  const between = createServer((near) => {
    const far = connect(port, host)
    near.pipe(far).pipe(near)
    lines.push([near, far])
  }).listen(0, '127.0.0.1')
  const db = server.open({ ...rest, host: '127.0.0.1', port: await portOf(between), timeout: 1500 })
  await db.ping()
  for (const [near, far] of lines) {
    near.unpipe(far)
    far.unpipe(near)
  }
  await expect(db.ping()).rejects.toMatchObject({ message: expect.stringContaining('silent for 3750 ms') })
  await db.ping()
  await db.close()
  for (const socket of lines.flat()) socket.destroy()
  between.close()
})

it('ends a transaction that a frozen process left open, so that nobody waits for it for ever', async () => {
  const migrated = await server.migrated()
  const frozen = server.open({ ...migrated.settings, timeout: 500 })
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
  const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>()
  const transaction = frozen.transaction(async (tx) => {
    await sql`select from journal_head for update`.execute(tx)
    lock()
    await thawed
    await sql`select 1`.execute(tx)
  })
  const refused = expect(transaction).rejects.toMatchObject(unavailable)
  await locked
  await new Repository(migrated).create('services', aService())
  thaw()
  await refused
  expect((await readHead(migrated)).revision).toBe(2)
})

async function portOf(listening: Server): Promise<number> {
  await once(listening, 'listening')
  const address = listening.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
