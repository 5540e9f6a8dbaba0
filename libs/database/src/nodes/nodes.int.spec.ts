import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { aService, startServer, type TestServer } from '../fixtures/server.ts'
import { readHead } from '../journal/head.ts'
import { Repository } from '../repository/repository.ts'
import { purgeNodes } from './purge.ts'
import { aReport, nodeRegisterContract, PURGE_MS } from './register.contract.ts'
import { type NodeRegister, nodeRegister } from './register.ts'

let server: TestServer
let db: Database
let register: NodeRegister
beforeAll(async () => {
  server = await startServer()
  db = await server.migrated()
  register = nodeRegister(db, PURGE_MS)
})
afterAll(() => server.stop())
beforeEach(async () => {
  await db.run((kysely) => sql`truncate nodes, hubs`.execute(kysely))
})

/** As if nobody had said anything for so long. */
async function silence(seconds: number): Promise<void> {
  const ago = sql`${seconds} * interval '1 second'`
  await db.run((kysely) => sql`update hubs set heartbeat = heartbeat - ${ago}`.execute(kysely))
  await db.run((kysely) =>
    sql`update nodes set last_seen = last_seen - ${ago}, contested_since = contested_since - ${ago}`.execute(
      kysely,
    ),
  )
}

nodeRegisterContract(async () => ({
  register,
  now: Date.now,
  head: () => readHead(db),
  moveOn: async () => void (await new Repository(db).create('services', aService())),
  silence,
}))

describe('in the database', () => {
  const HUB = randomUUID()
  const report = async (...given: Parameters<typeof aReport>[1][]) => {
    const head = await readHead(db)
    const nodes = given.map((each) => aReport(head, each))
    return register.report(HUB, 1, { complete: true, nodes })
  }
  const list = async () => (await register.list({ size: 100 })).rows

  it('a node cannot spoil the report of others by what it says of itself', async () => {
    await report({ hostname: 'a\0\ud800' }, { nodeId: randomUUID() })
    expect((await list()).map(({ hostname }) => hostname).toSorted()).toEqual(['a\ufffd', 'dp'])
  })

  it('twenty nodes more take no connection more', async () => {
    const count = sql<{
      n: number
    }>`select count(*)::int as n from pg_stat_activity where datname = current_database()`
    const connections = async () => (await db.run((kysely) => count.execute(kysely))).rows[0]?.n ?? 0
    await report({})
    const before = await connections()
    expect(before).toBeGreaterThan(0)
    await report(...Array.from({ length: 20 }, () => ({ nodeId: randomUUID() })))
    expect(await list()).toHaveLength(20 + 1)
    expect(await connections()).toBeLessThanOrEqual(before)
  })

  it('a row of an earlier release tells nothing of what came since', async () => {
    await report({ quarantined: [{ kind: 'targets', id: 't', message: 'm' }] })
    const since = ['certificateExpiresAt', 'duplicateOf', 'quarantined']
    await db.run((kysely) => sql`update nodes set report = report - ${since}::text[]`.execute(kysely))
    expect(await list()).toMatchObject([{ certificateExpiresAt: null, duplicateOf: null, quarantined: [] }])
  })

  it('a page begins at no id that is none', async () => {
    await report({})
    const offset = Buffer.from('["x"]').toString('base64')
    expect(await register.list({ size: 3, offset })).toEqual({ rows: [] })
    expect(await register.hubs({ size: 3, offset })).toEqual({ rows: [] })
  })

  it('rows go for good after the purge delay, and no sooner', async () => {
    await report({})
    await silence(100)
    await purgeNodes(db, 160_000)
    expect(await register.report(HUB, 1, { complete: false, nodes: [] })).toBe('applied')
    await silence(100)
    await purgeNodes(db, 60_000)
    expect(await list()).toEqual([])
    expect(await register.report(HUB, 1, { complete: false, nodes: [] })).toBe('stale')
  })
})
