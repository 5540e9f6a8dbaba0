import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { broadcastLogLevel, type LogLevelWish, listenForLogLevels } from './broadcast.ts'
import { startServer } from './fixtures/server.ts'

it('a wish reaches every process on the same schema, and no other', async () => {
  const server = await startServer()
  const stop = new AbortController()
  const mine = server.open()
  const heard: Record<string, LogLevelWish[]> = { one: [], other: [], stranger: [] }
  const listening = Object.entries({
    one: mine,
    other: server.open(mine.settings),
    stranger: server.open(),
  }).map(([name, db]) =>
    listenForLogLevels(db, { signal: stop.signal, onWish: (wish) => heard[name]?.push(wish) }),
  )
  onTestFinished(async () => {
    stop.abort()
    await Promise.all(listening)
    await server.stop()
  })
  await until(async () => (await listeners()) === 3)
  await mine.run((db) => sql`notify biplane_log_level, 'nonsense'`.execute(db))
  await broadcastLogLevel(mine, { level: 'debug', timeout: '5' })
  await broadcastLogLevel(mine, { level: "it's", timeout: null })
  const wishes = [
    { level: 'debug', timeout: '5' },
    { level: "it's", timeout: null },
  ]
  await until(async () => heard.one?.length === 2 && heard.other?.length === 2)
  expect(heard).toEqual({ one: wishes, other: wishes, stranger: [] })

  async function listeners(): Promise<number> {
    const { rows } = await mine.run((db) =>
      sql<{ n: number }>`
        select count(*)::int as n from pg_stat_activity where query = 'listen "biplane_log_level"' and state = 'idle'`.execute(
        db,
      ),
    )
    return rows[0]?.n ?? 0
  }
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(20)
}
