import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { aDelete, anUpsert } from './fixtures.ts'
import { eventually, Feed, type Pairs, pairs, TestHub, TestNode } from './line-fixtures.ts'

let both: Pairs
let feed: Feed
let hub: TestHub
let node: TestNode

beforeAll(async () => {
  both = await pairs()
})

beforeEach(async () => {
  feed = new Feed(both)
  await feed.start()
  hub = new TestHub(both, [feed.address])
  await hub.start()
  await eventually(() => expect(hub.ready()).toMatchObject({ ready: true }))
  node = new TestNode().start(both, hub.address, { version: '3.1.1' })
  await eventually(() => expect(node.position).toMatchObject({ revision: feed.head.revision }))
})

afterEach(async () => {
  await node.stop()
  await hub.remove()
  await feed.stop()
})

const row = () => feed.rows.get(node.id)
const has = (revision: number) => eventually(() => expect(node.position).toMatchObject({ revision }))
const secure = anUpsert('services', { id: 's1', protocol: 'tls', tls_verify: true })
const grouped = anUpsert('plugins', { id: 'p1', name: 'key-auth', consumer_group: { id: 'g' } })

describe('a node of an older release', () => {
  it('has a row that tells what it is not told, until that is said no more', async () => {
    feed.write(secure, anUpsert('upstreams', { id: 'u1', algorithm: 'latency' }))
    await has(feed.head.revision)
    await eventually(() =>
      expect(row()).toMatchObject({
        syncStatus: 'normal',
        state: { kind: 'in_sync' },
        reductions: [
          { on: 'services', severity: 'security', since: '3.2.0', entities: 1, ids: ['s1'] },
          { on: 'upstreams', severity: 'notice', since: '3.2.0', entities: 1, ids: ['u1'] },
        ],
        understanding: { before: '3.2.0', lacks: [], refusesInsecure: false },
      }),
    )
    feed.write(aDelete('services', 's1'), aDelete('upstreams', 'u1'))
    await eventually(() => expect(row()).toMatchObject({ reductions: [] }))
    expect(hub.logged('warn', 'which is incompatible with dataplane')).toHaveLength(2)
  })

  it.each(['as it connects', 'while it is connected'])(
    'gets nothing with a plugin for a group, %s, and everything once it is gone',
    async (when) => {
      const late = when === 'as it connects'
      if (late) await node.stop()
      feed.write(secure, grouped)
      if (late) node = new TestNode().start(both, hub.address, { version: '3.1.1' })
      await eventually(() => expect(node.withheld).toEqual(['plugin_version_incompatible']))
      await eventually(() =>
        expect(row()).toMatchObject({
          syncStatus: 'plugin_version_incompatible',
          state: { kind: 'withheld', reason: { subject: 'consumer_group' } },
          reductions: [],
        }),
      )
      const warning = 'CP and DP does not have same set of plugins installed or their versions might differ'
      expect(hub.logged('warn', warning)).toHaveLength(1)
      feed.write(aDelete('plugins', 'p1'))
      await has(feed.head.revision)
      await eventually(() =>
        expect(row()).toMatchObject({ syncStatus: 'normal', state: { kind: 'in_sync' } }),
      )
      expect(row()).toMatchObject({ reductions: [{ on: 'services' }] })
      expect(node.links).toBe(1)
    },
  )
})

describe('a node of this version that does not know a kind', () => {
  const mark = anUpsert('target_health', { id: 'm1', target: { id: 't1' }, health: 'unhealthy' })

  it('is never told of it, and is in sync with all else', async () => {
    await node.stop()
    feed.write(mark)
    node = new TestNode().start(both, hub.address, {})
    const knowing = new TestNode().start(both, hub.address, { kinds: ['target_health'] })
    const kindsOf = ({ entities }: TestNode) => [...entities.values()].map(({ kind }) => kind)
    await has(feed.head.revision)
    expect(kindsOf(node)).not.toContain('target_health')
    await eventually(() => expect(kindsOf(knowing)).toContain('target_health'))
    await eventually(() =>
      expect(row()).toMatchObject({
        state: { kind: 'in_sync' },
        reductions: [{ on: 'target_health', effect: 'left out', severity: 'notice', ids: ['m1'] }],
        understanding: { before: null, unknownKinds: ['target_health'] },
      }),
    )
    node.verdict = ({ kind }) => (kind === 'snapshot' ? { ...REFUSED, revision: feed.head.revision } : null)
    feed.write(aDelete('target_health', 'm1'), anUpsert('services', { id: 's1' }))
    await has(feed.head.revision)
    await eventually(() => expect(row()).toMatchObject({ state: { kind: 'in_sync' }, reductions: [] }))
    await eventually(() => expect(knowing.position).toEqual(node.position))
    expect(node.updates.at(-1)).toMatch(/^delta/)
    await knowing.stop()
  })
})

const REFUSED = { kind: 'rejected', retryable: false, errors: [] } as const
