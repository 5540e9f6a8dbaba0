import { randomUUID } from 'node:crypto'
import type { NodeReport } from '@biplane/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { aService, startServer, type TestServer } from '../fixtures/server.ts'
import { readHead } from '../journal/head.ts'
import { Repository } from '../repository/repository.ts'
import { nodesMissing } from './missing.ts'
import { purgeNodes } from './purge.ts'
import { applyRoster, hubHeartbeat } from './roster.ts'
import { listNodes, type NodeRow } from './rows.ts'

let server: TestServer
let db: Database
beforeAll(async () => {
  server = await startServer()
  db = await server.migrated()
})
afterAll(() => server.stop())
beforeEach(async () => {
  await db.run((kysely) => sql`truncate nodes, hubs`.execute(kysely))
})

const DAY = 86_400_000
const [A, B] = [randomUUID(), randomUUID()]
const NODE = randomUUID()

async function aReport(given: Partial<NodeReport> = {}): Promise<NodeReport> {
  const head = await readHead(db)
  return {
    nodeId: NODE,
    instance: 'i',
    session: 100,
    hostname: 'dp',
    ip: '127.0.0.1',
    version: '3.4.0',
    labels: { zone: 'a' },
    syncStatus: 'normal',
    state: { kind: 'in_sync' },
    applied: head,
    desired: head,
    appliedAt: 1,
    applyTookMs: 2,
    connectedAt: 3,
    certificateExpiresAt: 4,
    duplicateOf: null,
    quarantined: [],
    reductions: [],
    understanding: null,
    ...given,
  }
}

const complete = async (hub: string, session: number, ...nodes: Partial<NodeReport>[]) =>
  applyRoster(db, hub, session, { complete: true, nodes: await Promise.all(nodes.map(aReport)) })
const changed = async (hub: string, session: number, ...nodes: Partial<NodeReport>[]) =>
  applyRoster(db, hub, session, { complete: false, nodes: await Promise.all(nodes.map(aReport)) })
const list = async (): Promise<readonly NodeRow[]> =>
  (await listNodes(db, { size: 100, purgeDelay: DAY })).rows
const state = async () => (await list()).map((row) => row.state.kind).join()
const host = async () => (await list())[0]?.hostname
/** As if the hub had last been heard of that long ago. */
const silence = (hub: string, seconds: number) =>
  db.run((kysely) =>
    sql`update hubs set heartbeat = heartbeat - ${seconds} * interval '1 second' where id = ${hub}`.execute(
      kysely,
    ),
  )
const offline = { state: { kind: 'offline' } } as const

describe('a node', () => {
  it('is shown as its hub reports it, and never touches the journal', async () => {
    const head = await readHead(db)
    expect(await complete(A, 1, {})).toBe('applied')
    const [row] = await list()
    expect(row).toMatchObject({
      ...{ id: NODE, hostname: 'dp', ip: '127.0.0.1', version: '3.4.0', labels: { zone: 'a' }, hubId: A },
      ...{ syncStatus: 'normal', state: { kind: 'in_sync' }, applied: head, desired: head },
      ...{ appliedAt: 1, applyTookMs: 2, connectedAt: 3, offlineSince: null, ttl: DAY / 1000 },
    })
    expect(Math.abs((row?.lastSeen ?? 0) - Date.now())).toBeLessThan(5000)
    expect(await readHead(db)).toEqual(head)
  })

  it('is behind as soon as the head moved, until its hub reports that it has that too', async () => {
    await complete(A, 1, {})
    await new Repository(db).create('services', aService())
    expect(await state()).toBe('behind')
    await changed(A, 1, {})
    expect(await state()).toBe('in_sync')
    const other = { ...(await readHead(db)), epoch: randomUUID() }
    await changed(A, 1, { desired: other })
    expect(await state()).toBe('behind')
  })

  it('is offline without any write when its hub is silent for 5 s, and comes back with the next heartbeat', async () => {
    await complete(A, 1, {})
    await silence(A, 4)
    expect(await state()).toBe('in_sync')
    await silence(A, 60)
    const [row] = await list()
    expect(row?.state).toEqual({ kind: 'offline' })
    expect(row?.offlineSince).toBe(row?.lastSeen)
    await hubHeartbeat(db, A, 1)
    expect(await state()).toBe('in_sync')
  })

  it('keeps why it is not in sync', async () => {
    const rejected = { kind: 'rejected', revision: 7, retryable: true, errors: [] } as const
    await complete(A, 1, { state: rejected })
    expect((await list())[0]?.state).toEqual(rejected)
  })

  it('cannot spoil the report of others by what it says of itself', async () => {
    await complete(A, 1, { hostname: 'a\0\ud800' }, { nodeId: 'no uuid' }, { nodeId: randomUUID() })
    expect((await list()).map(({ hostname }) => hostname).toSorted()).toEqual(['a\ufffd', 'dp'])
  })
})

describe('a report', () => {
  type Step = () => Promise<unknown>
  it.each<[string, Step[], string]>([
    ['of a newer session applies', [() => changed(A, 1, { session: 101, hostname: 'new' })], 'in_sync new'],
    ['of the same session applies', [() => changed(A, 1, { hostname: 'new' })], 'in_sync new'],
    ['of an older session does not', [() => changed(A, 1, { session: 99, hostname: 'old' })], 'in_sync dp'],
    [
      'of an older session applies once the row is offline',
      [() => changed(A, 1, offline), () => changed(A, 1, { session: 99, hostname: 'old' })],
      'in_sync old',
    ],
    [
      'of an older session applies once the lease of its hub is gone',
      [() => silence(A, 60), () => complete(B, 1, { session: 99, hostname: 'old' })],
      'in_sync old',
    ],
    ['that it is offline applies to its own session', [() => changed(A, 1, offline)], 'offline dp'],
    [
      'that it is offline does not apply to another session',
      [() => changed(A, 1, { session: 101, hostname: 'new' }), () => changed(A, 1, offline)],
      'in_sync new',
    ],
    [
      'of the hub it left does not apply, offline or not',
      [
        () => complete(B, 1, { session: 101, hostname: 'moved' }),
        () => changed(A, 1, offline),
        () => changed(A, 1, { hostname: 'stale' }),
        () => complete(A, 2),
      ],
      'in_sync moved',
    ],
    ['of a complete roster without it marks it offline', [() => complete(A, 1)], 'offline dp'],
    ["of another hub's complete roster leaves it alone", [() => complete(B, 5)], 'in_sync dp'],
    [
      'of a new session of its hub keeps it connected',
      [() => complete(A, 2, {}), () => hubHeartbeat(db, A, 1)],
      'in_sync dp',
    ],
    [
      'of a complete roster with an older session of it replaces it: the hub knows better',
      [() => complete(A, 2, { session: 99, hostname: 'old' })],
      'in_sync old',
    ],
    [
      'that both ends a session and begins the next applies whole',
      [() => changed(A, 1, offline, { session: 101 })],
      'in_sync dp',
    ],
    [
      'of an old session of its hub is stale',
      [() => complete(A, 3, {}), () => changed(A, 1, { hostname: 'x' })],
      'in_sync dp',
    ],
  ])('%s', async (_, steps, expected) => {
    await complete(A, 1, {})
    for (const step of steps) await step()
    expect(`${await state()} ${await host()}`).toBe(expected)
  })

  it.each<[string, () => Promise<string>, string]>([
    ['a first complete roster', () => complete(B, 1), 'applied'],
    ['a first partial one', () => changed(B, 1), 'stale'],
    ['a partial one of a newer session', () => changed(A, 6, {}), 'stale'],
    ['a complete one of an older session', () => complete(A, 4), 'stale'],
    ['the session itself, again complete', () => complete(A, 5), 'applied'],
    ['an older session after the lease', () => silence(A, 60).then(() => complete(A, 4)), 'applied'],
  ])('of a hub with session 5: %s', async (_, report, expected) => {
    await complete(A, 5, {})
    expect(await report()).toBe(expected)
  })

  it('reaches all rows when many hubs report at once', async () => {
    const reports = Array.from({ length: 12 }, (_, hub) =>
      complete(
        randomUUID(),
        1,
        ...Array.from({ length: 50 }, (_, n) => ({ nodeId: nodeId(n), session: hub })),
      ),
    )
    await Promise.all(reports)
    const rows = await list()
    expect(rows).toHaveLength(50)
    expect(await state()).toBe(Array(50).fill('in_sync').join())
  })
})

const nodeId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

describe('the nodes that miss a revision', () => {
  const missing = async (revision: number) =>
    (await nodesMissing(db, revision, 10)).nodes.map(({ nodeId }) => nodeId)
  const marked = async (hub: string, session: number, revision: number, ...below: [string, number][]) => {
    const watermark = {
      epoch: (await readHead(db)).epoch,
      revision,
      below: below.map(([nodeId, has]) => ({ nodeId, revision: has })),
    }
    return applyRoster(db, hub, session, { complete: false, nodes: [], watermark })
  }

  it('are those whose row tells no more, unless the watermark of their hub does', async () => {
    const { revision } = await readHead(db)
    await complete(A, 1, { nodeId: nodeId(1) }, { nodeId: nodeId(2) })
    await complete(B, 1, { nodeId: nodeId(3) })
    expect(await missing(revision)).toEqual([])
    const next = revision + 1
    expect(await missing(next)).toEqual([1, 2, 3].map(nodeId))
    await marked(A, 1, next, [nodeId(2), revision])
    expect(await missing(next)).toEqual([2, 3].map(nodeId))
    await changed(A, 1, { nodeId: nodeId(1) })
    expect(await missing(next)).toEqual([2, 3].map(nodeId))
    await complete(A, 2, { nodeId: nodeId(1) }, { nodeId: nodeId(2) })
    expect(await missing(next)).toEqual([1, 2, 3].map(nodeId))
  })

  it('are connected: neither gone, nor behind a hub that is not heard', async () => {
    const next = (await readHead(db)).revision + 1
    await complete(A, 1, { nodeId: nodeId(1) }, { nodeId: nodeId(2) })
    await changed(A, 1, { nodeId: nodeId(1), ...offline })
    expect(await missing(next)).toEqual([nodeId(2)])
    await silence(A, 60)
    expect(await missing(next)).toEqual([])
  })

  it('are told by positions of the journal there is', async () => {
    const head = await readHead(db)
    await complete(A, 1, { applied: { ...head, epoch: randomUUID() } })
    expect(await missing(head.revision)).toEqual([NODE])
    const watermark = { epoch: randomUUID(), revision: head.revision, below: [] }
    await applyRoster(db, A, 1, { complete: false, nodes: [], watermark })
    expect(await missing(head.revision)).toEqual([NODE])
    await marked(A, 1, head.revision)
    expect(await nodesMissing(db, head.revision, 10)).toEqual({ total: 0, nodes: [] })
  })
})

describe('the list of nodes', () => {
  it('is paged by id', async () => {
    await complete(A, 1, ...Array.from({ length: 5 }, (_, n) => ({ nodeId: nodeId(n) })))
    const first = await listNodes(db, { size: 3, purgeDelay: DAY })
    expect(first.rows.map(({ id }) => id)).toEqual([0, 1, 2].map(nodeId))
    const second = await listNodes(db, {
      size: 3,
      purgeDelay: DAY,
      ...(first.offset && { offset: first.offset }),
    })
    expect(second.rows.map(({ id }) => id)).toEqual([3, 4].map(nodeId))
    expect(second.offset).toBeUndefined()
    expect(await listNodes(db, { size: 3, purgeDelay: DAY, offset: 'WyJ4Il0' })).toEqual({ rows: [] })
    await expect(listNodes(db, { size: 3, purgeDelay: DAY, offset: 'x' })).rejects.toMatchObject({
      code: 'invalid offset',
    })
  })

  it('forgets a node after the purge delay, at once for readers and then for good', async () => {
    await complete(A, 1, {})
    await silence(A, 100)
    await db.run((kysely) =>
      sql`update nodes set last_seen = last_seen - interval '100 seconds'`.execute(kysely),
    )
    expect((await listNodes(db, { size: 9, purgeDelay: 160_000 })).rows[0]?.ttl).toBe(60)
    expect((await listNodes(db, { size: 9, purgeDelay: 60_000 })).rows).toEqual([])
    await purgeNodes(db, 160_000)
    expect(await list()).toHaveLength(1)
    await purgeNodes(db, 60_000)
    expect(await list()).toEqual([])
    expect(await changed(A, 1)).toBe('stale')
  })
})
