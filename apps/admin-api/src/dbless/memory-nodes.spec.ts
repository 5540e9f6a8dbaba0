import { randomUUID } from 'node:crypto'
import type { NodeReport } from '@biplane/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { aReport } from '../fixtures/hub.ts'
import { MemoryNodes } from './memory-nodes.ts'

const [A, B] = [randomUUID(), randomUUID()]
const NODE = randomUUID()
const HEAD = { epoch: randomUUID(), revision: 9, hash: 'a'.repeat(32) }
const PURGE_MS = 60_000
const offline = { state: { kind: 'offline' } } as const

let nodes: MemoryNodes
let now: number
let head = HEAD
beforeEach(() => {
  now = 1_700_000_000_000
  head = HEAD
  nodes = new MemoryNodes({ purgeDelay: PURGE_MS, head: () => head, now: () => now })
})

const report = (given: Partial<NodeReport>) =>
  aReport({ nodeId: NODE, session: 100, hostname: 'dp', desired: HEAD, ...given })
const complete = (hub: string, session: number, ...given: Partial<NodeReport>[]) =>
  nodes.report(hub, session, { complete: true, nodes: given.map(report) })
const changed = (hub: string, session: number, ...given: Partial<NodeReport>[]) =>
  nodes.report(hub, session, { complete: false, nodes: given.map(report) })
const list = async () => (await nodes.list({ size: 100 })).rows
const silence = async (seconds: number) => {
  now += seconds * 1000
}

describe('a node that is reported to this process', () => {
  it('is shown as its hub reports it', async () => {
    expect(await complete(A, 1, { applyTookMs: 2 })).toBe('applied')
    expect(await list()).toMatchObject([
      {
        id: NODE,
        hostname: 'dp',
        hubId: A,
        state: { kind: 'in_sync' },
        applyTookMs: 2,
        offlineSince: null,
        ttl: 60,
      },
    ])
  })

  it('is behind as soon as the config moved on', async () => {
    await complete(A, 1, {})
    head = { ...HEAD, revision: 10 }
    expect(await list()).toMatchObject([{ state: { kind: 'behind' } }])
  })

  it('is offline when its hub is silent for 5 s, and comes back with the next heartbeat', async () => {
    await complete(A, 1, {})
    await silence(6)
    expect(await list()).toMatchObject([{ state: { kind: 'offline' }, offlineSince: now - 6000 }])
    await nodes.heartbeat(A, 1)
    expect(await list()).toMatchObject([{ state: { kind: 'in_sync' } }])
  })

  it('misses a revision until its row or the watermark of its hub tells that it has it', async () => {
    const missing = async (revision: number) => (await nodes.missing(revision, 9)).total
    const mark = (revision: number, has: number) => ({
      complete: false,
      nodes: [],
      watermark: { epoch: HEAD.epoch, revision, below: [{ nodeId: NODE, revision: has }] },
    })
    await complete(A, 1, { applied: HEAD })
    expect([await missing(9), await missing(10)]).toEqual([0, 1])
    await nodes.report(A, 1, mark(11, 10))
    expect([await missing(10), await missing(11)]).toEqual([0, 1])
    await silence(6)
    expect(await missing(11)).toBe(0)
    await complete(A, 2, { applied: HEAD })
    expect(await missing(10)).toBe(1)
  })

  it('is forgotten after the purge delay', async () => {
    await complete(A, 1, {})
    await silence(59)
    expect(await list()).toMatchObject([{ ttl: 1 }])
    await silence(1)
    expect(await list()).toEqual([])
    await silence(1)
    await list()
    expect(await changed(A, 1, {})).toBe('stale')
  })

  it('is listed by its id, in pages', async () => {
    const ids = Array.from({ length: 3 }, () => randomUUID()).toSorted()
    await complete(A, 1, ...ids.toReversed().map((nodeId) => ({ nodeId })))
    const first = await nodes.list({ size: 2 })
    const second = await nodes.list({ size: 2, ...(first.offset && { offset: first.offset }) })
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(ids)
    expect(second.offset).toBeUndefined()
  })
})

describe('who lacks a revision', () => {
  const [ahead, late, gone, stranger] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  const at = (revision: number) => ({ applied: { ...HEAD, revision } })
  const lacking = async (revision: number) => {
    const { total, nodes: named } = await nodes.missing(revision, 2)
    return { total, named: named.map(({ nodeId }) => nodeId) }
  }
  beforeEach(async () => {
    const elsewhere = { applied: { ...HEAD, epoch: randomUUID(), revision: 50 } }
    await complete(
      A,
      1,
      { nodeId: ahead, ...at(9) },
      { nodeId: late, ...at(7) },
      { nodeId: stranger, ...elsewhere },
    )
    await complete(B, 1, { nodeId: gone, ...at(1) })
    await changed(B, 1, { nodeId: gone, ...at(1), ...offline })
  })

  it('is every connected node that has applied an older one, or one of another journal', async () => {
    expect(await lacking(9)).toEqual({ total: 2, named: [late, stranger] })
    expect(await lacking(7)).toEqual({ total: 1, named: [stranger] })
    expect(await lacking(10)).toMatchObject({ total: 3 })
  })

  it('is nobody once their hub was not heard of for 5 s', async () => {
    await silence(6)
    expect(await lacking(9)).toEqual({ total: 0, named: [] })
  })
})

describe('a report to this process', () => {
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
      [() => silence(6), () => complete(B, 1, { session: 99, hostname: 'old' })],
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
      [() => complete(A, 2, {}), () => nodes.heartbeat(A, 1)],
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
    ['of what is no id is no node', [() => changed(A, 1, { nodeId: 'x' })], 'in_sync dp'],
  ])('%s', async (_, steps, expected) => {
    await complete(A, 1, {})
    for (const step of steps) await step()
    const rows = await list()
    expect(rows.map(({ state, hostname }) => `${state.kind} ${hostname}`)).toEqual([expected])
  })

  it.each<[string, () => Promise<string>, string]>([
    ['a first complete roster', () => complete(B, 1), 'applied'],
    ['a first partial one', () => changed(B, 1), 'stale'],
    ['a partial one of a newer session', () => changed(A, 6, {}), 'stale'],
    ['a complete one of an older session', () => complete(A, 4), 'stale'],
    ['the session itself, again complete', () => complete(A, 5), 'applied'],
    ['an older session after the lease', () => silence(6).then(() => complete(A, 4)), 'applied'],
  ])('of a hub with session 5: %s', async (_, step, expected) => {
    await complete(A, 5, {})
    expect(await step()).toBe(expected)
  })
})
