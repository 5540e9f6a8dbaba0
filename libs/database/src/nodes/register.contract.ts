import { randomUUID } from 'node:crypto'
import type { NodeReport, Position } from '@biplane/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import type { HubAbout } from './hubs.ts'
import { oneIdContract } from './one-id.contract.ts'
import { opinionContract } from './opinion.contract.ts'
import type { NodeRegister } from './register.ts'

/** After which the registers of the contract forget a node. */
export const PURGE_MS = 60_000

/** A register without nodes, and the world around it. */
export interface RegisterWorld {
  readonly register: NodeRegister
  /** Milliseconds since the epoch, by the clock of the register. */
  now(): number
  head(): Promise<Position>
  /** A revision later than the head becomes it. */
  moveOn(): Promise<void>
  /** Lets it be as if nobody had said anything for so long. */
  silence(seconds: number): Promise<void>
}

const [A, B] = [randomUUID(), randomUUID()]
const NODE = nodeId(0)
const offline = { state: { kind: 'offline' } } as const

/** What every register of nodes promises. */
export function nodeRegisterContract(open: () => Promise<RegisterWorld>): void {
  let world: RegisterWorld
  beforeEach(async () => {
    world = await open()
  })

  const complete = (hub: string, session: number, ...nodes: Partial<NodeReport>[]) =>
    tell(hub, session, true, nodes)
  const changed = (hub: string, session: number, ...nodes: Partial<NodeReport>[]) =>
    tell(hub, session, false, nodes)
  const tell = async (
    hub: string,
    session: number,
    complete: boolean,
    given: readonly Partial<NodeReport>[],
  ) => {
    const head = await world.head()
    const nodes = given.map((each) => aReport(head, each))
    return world.register.report(hub, session, { complete, nodes })
  }
  const heartbeat = (hub: string, session: number, about: Partial<HubAbout> = {}) =>
    world.register.heartbeat([{ hubId: hub, session, about: { ...ABOUT, ...about } }])
  const list = async () => (await world.register.list({ size: 100 })).rows
  const states = async () => (await list()).map(({ state, hostname }) => `${state.kind} ${hostname}`).join()

  describe('a node', () => {
    it('is shown as its hub reports it', async () => {
      const quarantined = [{ kind: 'targets', id: 't', message: 'no' }]
      expect(await complete(A, 1, { quarantined, duplicateOf: nodeId(9) })).toBe('applied')
      const [head, rows] = [await world.head(), await list()]
      const [row] = rows
      expect(rows).toMatchObject([
        {
          ...{ id: NODE, hostname: 'dp', ip: '127.0.0.1', version: '3.4.0', labels: { zone: 'a' }, hubId: A },
          ...{ syncStatus: 'normal', state: { kind: 'in_sync' }, applied: head, desired: head },
          ...{ appliedAt: 1, applyTookMs: 2, connectedAt: 3, certificateExpiresAt: 4, offlineSince: null },
          ...{ quarantined, duplicateOf: nodeId(9), ttl: PURGE_MS / 1000 },
        },
      ])
      expect(Math.abs((row?.lastSeen ?? 0) - world.now())).toBeLessThan(5000)
      expect(await world.head()).toEqual(head)
    })

    it('is found by its id, in either case of letters', async () => {
      await complete(A, 1, {}, { nodeId: nodeId(10) })
      const [row] = await list()
      expect(await world.register.find(NODE)).toMatchObject({ id: row?.id, hostname: 'dp' })
      expect(await world.register.find(nodeId(10).toUpperCase())).toMatchObject({ id: nodeId(10) })
      for (const id of [nodeId(5), nodeId(99), 'x', '']) expect(await world.register.find(id)).toBeNull()
    })

    it('is behind as soon as the head moved, until its hub reports that it has that too', async () => {
      await complete(A, 1, {})
      await world.moveOn()
      expect(await states()).toBe('behind dp')
      await changed(A, 1, {})
      expect(await states()).toBe('in_sync dp')
      await changed(A, 1, { desired: { ...(await world.head()), epoch: randomUUID() } })
      expect(await states()).toBe('behind dp')
    })

    it('is offline without any report when its hub is silent for 5 s, and comes back with the next heartbeat', async () => {
      await complete(A, 1, {})
      await world.silence(1)
      expect(await states()).toBe('in_sync dp')
      await world.silence(30)
      const [row] = await list()
      expect(row?.state).toEqual({ kind: 'offline' })
      expect(row?.offlineSince).toBe(row?.lastSeen)
      await heartbeat(A, 1)
      expect(await states()).toBe('in_sync dp')
    })

    it('keeps why it is not in sync', async () => {
      const rejected = { kind: 'rejected', revision: 7, retryable: true, errors: [] } as const
      await complete(A, 1, { state: rejected })
      expect((await list())[0]?.state).toEqual(rejected)
    })

    it('that has no id is none, and spoils no report of others', async () => {
      await complete(A, 1, { nodeId: 'x' }, {})
      expect(await states()).toBe('in_sync dp')
    })

    it('is forgotten after the purge delay', async () => {
      await complete(A, 1, {})
      await world.silence(50)
      expect((await list())[0]?.ttl).toBeLessThanOrEqual(10)
      await world.silence(11)
      expect(await list()).toEqual([])
      expect(await world.register.find(NODE)).toBeNull()
    })

    it('can be forgotten sooner once it is offline, and is listed anew when it comes back', async () => {
      const remove = (id = NODE) => world.register.remove(id)
      await complete(A, 1, {}, { nodeId: nodeId(1) })
      expect(await remove()).toBe('connected')
      await changed(A, 1, offline)
      expect([await remove(nodeId(7)), await remove('x'), await remove(NODE.toUpperCase())]).toEqual([
        'unknown',
        'unknown',
        'removed',
      ])
      expect(await remove()).toBe('unknown')
      expect((await list()).map(({ id }) => id)).toEqual([nodeId(1)])
      await world.silence(30)
      expect(await remove(nodeId(1))).toBe('removed')
      await complete(A, 2, { session: 101 })
      expect(await states()).toBe('in_sync dp')
    })
  })

  describe('the list', () => {
    it('is ordered by id, in pages', async () => {
      await complete(A, 1, ...[4, 2, 0, 3, 1].map((n) => ({ nodeId: nodeId(n) })))
      const first = await world.register.list({ size: 3 })
      expect(first.rows.map(({ id }) => id)).toEqual([0, 1, 2].map(nodeId))
      const second = await world.register.list({ size: 3, ...(first.offset && { offset: first.offset }) })
      expect(second.rows.map(({ id }) => id)).toEqual([3, 4].map(nodeId))
      expect(second.offset).toBeUndefined()
      await expect(world.register.list({ size: 3, offset: 'x' })).rejects.toMatchObject({
        code: 'invalid offset',
      })
    })
  })

  const talk = { world: () => world, hubs: [A, B] as const, node: NODE, complete, changed, heartbeat, list }
  oneIdContract(talk)
  opinionContract(talk)

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
        [() => world.silence(30), () => complete(B, 1, { session: 99, hostname: 'old' })],
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
        [() => complete(A, 2, {}), () => heartbeat(A, 1)],
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
      expect(await states()).toBe(expected)
    })

    it.each<[string, () => Promise<string>, string]>([
      ['a first complete roster', () => complete(B, 1), 'applied'],
      ['a first partial one', () => changed(B, 1), 'stale'],
      ['a partial one of a newer session', () => changed(A, 6, {}), 'stale'],
      ['a complete one of an older session', () => complete(A, 4), 'stale'],
      ['the session itself, again complete', () => complete(A, 5), 'applied'],
      ['an older session after the lease', () => world.silence(30).then(() => complete(A, 4)), 'applied'],
    ])('of a hub with session 5: %s', async (_, report, expected) => {
      await complete(A, 5, {})
      expect(await report()).toBe(expected)
    })

    it('reaches all rows when many hubs report at once', async () => {
      const rows = (session: number) => Array.from({ length: 50 }, (_, n) => ({ nodeId: nodeId(n), session }))
      await Promise.all(Array.from({ length: 12 }, (_, hub) => complete(randomUUID(), 1, ...rows(hub))))
      expect(await states()).toBe(Array(50).fill('in_sync dp').join())
    })
  })

  describe('the hubs', () => {
    const hubs = async () => (await world.register.hubs({ size: 100 })).rows
    const [FIRST, SECOND] = [A, B].toSorted()

    it('are listed with what is known of them and how many nodes they have', async () => {
      await complete(FIRST ?? '', 1, {}, { nodeId: nodeId(1) }, { nodeId: nodeId(2) })
      await changed(FIRST ?? '', 1, { nodeId: nodeId(2), ...offline })
      await complete(SECOND ?? '', 1)
      await heartbeat(SECOND ?? '', 1, { hostname: 'other' })
      await heartbeat(SECOND ?? '', 0, { hostname: 'of an older session' })
      const ttl = PURGE_MS / 1000
      expect(await hubs()).toEqual([
        { id: FIRST, about: null, connected: true, lastSeen: expect.any(Number), nodes: 2, ttl },
        {
          ...{ id: SECOND, about: { ...ABOUT, hostname: 'other' }, connected: true, nodes: 0, ttl },
          lastSeen: expect.any(Number),
        },
      ])
    })

    it('are heard together, each in its own session', async () => {
      for (const hub of [A, B]) await complete(hub, 2)
      await world.silence(30)
      const parent = randomUUID()
      await world.register.heartbeat([
        { hubId: A, session: 2, about: { ...ABOUT, parent } },
        { hubId: B, session: 1, about: ABOUT },
        { hubId: randomUUID(), session: 2, about: ABOUT },
      ])
      const heard = (await hubs()).map(({ id, connected, about }) => [id, connected, about?.parent])
      expect(new Map(heard.map(([id, ...rest]) => [id, rest]))).toEqual(
        new Map([
          [A, [true, parent]],
          [B, [false, undefined]],
        ]),
      )
    })

    it('have no nodes while they are not heard, and are forgotten after the purge delay', async () => {
      await complete(A, 1, {})
      await world.silence(30)
      const [hub] = await hubs()
      expect(hub).toMatchObject({ connected: false, nodes: 0 })
      expect(Math.abs(world.now() - 30_000 - (hub?.lastSeen ?? 0))).toBeLessThan(5000)
      await world.silence(31)
      expect(await hubs()).toEqual([])
    })

    it('are told in pages', async () => {
      for (const hub of [A, B]) await complete(hub, 1)
      const first = await world.register.hubs({ size: 1 })
      const second = await world.register.hubs({ size: 1, ...(first.offset && { offset: first.offset }) })
      expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual([FIRST, SECOND])
      expect(second.offset).toBeUndefined()
    })
  })

  describe('the nodes that miss a revision', () => {
    const missing = async (revision: number) =>
      (await world.register.missing(revision, 10)).nodes.map(({ nodeId }) => nodeId)
    const marked = async (hub: string, session: number, revision: number, ...below: [string, number][]) => {
      const { epoch } = await world.head()
      const named = below.map(([nodeId, has]) => ({ nodeId, revision: has }))
      const watermark = { epoch, revision, below: named }
      return world.register.report(hub, session, { complete: false, nodes: [], watermark })
    }

    it('are those whose row tells no more, unless the watermark of their hub does', async () => {
      const { revision } = await world.head()
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
      const next = (await world.head()).revision + 1
      await complete(A, 1, { nodeId: nodeId(1) }, { nodeId: nodeId(2) })
      await changed(A, 1, { nodeId: nodeId(1), ...offline })
      expect(await missing(next)).toEqual([nodeId(2)])
      await world.silence(30)
      expect(await missing(next)).toEqual([])
    })

    it('are those, too, that something is left out for', async () => {
      const { revision } = await world.head()
      const quarantined = [{ kind: 'targets', id: 't', message: 'no' }]
      await complete(A, 1, { nodeId: nodeId(1), quarantined }, { nodeId: nodeId(2) })
      await marked(A, 1, revision)
      expect(await missing(revision)).toEqual([nodeId(1)])
      await changed(A, 1, { nodeId: nodeId(1) })
      expect(await missing(revision)).toEqual([])
    })

    it('are told by positions of the journal there is', async () => {
      const head = await world.head()
      await complete(A, 1, { applied: { ...head, epoch: randomUUID() } })
      expect(await missing(head.revision)).toEqual([NODE])
      const watermark = { epoch: randomUUID(), revision: head.revision, below: [] }
      await world.register.report(A, 1, { complete: false, nodes: [], watermark })
      expect(await missing(head.revision)).toEqual([NODE])
      await marked(A, 1, head.revision)
      expect(await world.register.missing(head.revision, 10)).toEqual({ total: 0, nodes: [] })
    })

    it('are counted beyond those that are named', async () => {
      const next = (await world.head()).revision + 1
      await complete(A, 1, ...[1, 2, 3].map((n) => ({ nodeId: nodeId(n) })))
      const { total, nodes } = await world.register.missing(next, 2)
      expect([total, nodes.map(({ nodeId }) => nodeId)]).toEqual([3, [1, 2].map(nodeId)])
    })
  })
}

/** The id of the nth node, which order as the numbers do. */
export function nodeId(n: number): string {
  return `abcdef00-0000-4000-8000-${String(n).padStart(12, '0')}`
}

const ABOUT: HubAbout = {
  hostname: 'hub',
  ip: '10.0.0.2',
  version: '3.4.0',
  connectedAt: 5,
  applied: { epoch: randomUUID(), revision: 3, hash: 'c'.repeat(32) },
  parent: null,
  draining: false,
}

/** A row of a node that is in sync at `head`. */
export function aReport(head: Position, given: Partial<NodeReport>): NodeReport {
  const who = { nodeId: NODE, instance: 'i', session: 100, hostname: 'dp', ip: '127.0.0.1' }
  return {
    ...who,
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
