import type { Answer } from '@biplane/protocol'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { aDelete, anUpsert } from './fixtures.ts'
import { eventually, Feed, type Pairs, pairs, TestHub, TestNode } from './line-fixtures.ts'

let both: Pairs
let feed: Feed
let hub: TestHub
let nodes: TestNode[] = []

beforeAll(async () => {
  both = await pairs()
})

beforeEach(async () => {
  feed = new Feed(both)
  await feed.start()
  hub = new TestHub(both, [feed.address])
  await hub.start()
  await eventually(() => expect(hub.ready()).toMatchObject({ ready: true }))
})

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  nodes = []
  await hub.remove()
  await feed.stop()
})

function aNode(...hello: [hello?: Parameters<TestNode['start']>[2]]): TestNode {
  const node = new TestNode().start(both, hub.address, ...hello)
  nodes.push(node)
  return node
}

const inSync = (...some: TestNode[]) =>
  eventually(() => {
    for (const node of some) expect(node.position).toEqual(feed.head)
  })
const row = (node: TestNode) => feed.rows.get(node.id)
const service = (id: string, name: string) => anUpsert('services', { id, name })
const keyAuth = anUpsert('plugins', { id: 'p1', name: 'key-auth' })

describe('a hub between a feed and two nodes', () => {
  it('brings a change to both as one delta, and reports both in sync', async () => {
    const [one, two] = [aNode(), aNode()]
    await inSync(one, two)
    feed.write(service('s1', 'a'), service('s2', 'b'))
    await inSync(one, two)
    expect(one.updates).toEqual(['snapshot 1', 'delta 2'])
    expect(two.updates).toEqual(['snapshot 1', 'delta 2'])
    await eventually(() => {
      for (const node of [one, two]) {
        expect(row(node)).toMatchObject({
          state: { kind: 'in_sync' },
          applied: feed.head,
          desired: feed.head,
        })
        expect(row(node)).toMatchObject({ syncStatus: 'normal', hostname: 'dp-1', ip: '127.0.0.1' })
      }
    })
  })

  it('is one follower of the control plane however many nodes it has', async () => {
    const some = Array.from({ length: 20 }, () => aNode())
    await inSync(...some)
    feed.write(service('s1', 'a'))
    await inSync(...some)
    await eventually(() => {
      for (const node of some) expect(row(node)).toMatchObject({ applied: feed.head })
    })
    expect(feed.followers).toBe(1)
  })

  it('serves known and new nodes from its copy after a restart without the feed; who is in sync gets no byte', async () => {
    const known = aNode()
    await inSync(known)
    feed.write(service('s1', 'a'))
    await inSync(known)
    await feed.stop()
    await hub.stop()
    await hub.start()
    expect(hub.ready()).toMatchObject({ ready: true })
    const fresh = aNode()
    await inSync(fresh)
    await eventually(() => expect(known.links).toBe(2))
    expect(await hub.bytesSent(known.id)).toBe(0)
    expect(await hub.bytesSent(fresh.id)).toBeGreaterThan(0)
    await feed.start()
    await eventually(() => expect(row(known)).toMatchObject({ state: { kind: 'in_sync' } }))
    feed.write(service('s1', 'b'))
    await inSync(known, fresh)
    expect(known.updates).toEqual(['snapshot 1', 'delta 2', 'delta 3'])
  })

  it('follows a restored source back to a lower revision, and its nodes by snapshot', async () => {
    const node = aNode()
    feed.write(service('s1', 'a'))
    feed.write(service('s1', 'b'))
    await inSync(node)
    await feed.stop()
    feed.restore(2, service('s9', 'z'))
    await feed.start()
    await inSync(node)
    expect(node.updates.at(-1)).toBe('snapshot 2')
    feed.write(service('s1', 'c'))
    await inSync(node)
    expect(node.updates.at(-1)).toBe('delta 3')
  })

  it('goes on reporting when the clock is put back by an hour', async () => {
    const { now } = Date
    let ahead = 0
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + ahead)
    try {
      await hub.stop()
      await hub.start()
      const node = aNode()
      await eventually(() => expect(row(node)).toMatchObject({ state: { kind: 'in_sync' } }))
      ahead = -3_600_000
      feed.write(service('s1', 'a'))
      await eventually(() => expect(row(node)).toMatchObject({ applied: feed.head, desired: feed.head }))
    } finally {
      clock.mockRestore()
    }
  })

  it('gets everything anew when its copy turns out to be damaged, and goes on serving', async () => {
    const node = aNode()
    feed.write(service('s1', 'undamaged'))
    await inSync(node)
    await hub.damage('undamaged', 'undamageX')
    feed.write(service('s1', 'b'))
    await inSync(node)
    feed.write(service('s1', 'c'))
    await inSync(node, aNode())
    expect(hub.logged('error', 'the config store in use is damaged')).toHaveLength(1)
    expect(hub.logged('info', 'stored a snapshot')).toHaveLength(2)
  })

  it('reports a node that goes as offline', async () => {
    const node = aNode()
    await eventually(() => expect(row(node)).toMatchObject({ state: { kind: 'in_sync' } }))
    await node.stop()
    await eventually(() => expect(row(node)).toMatchObject({ state: { kind: 'offline' } }))
  })

  it('lets a newer session of a node replace the older one at once', async () => {
    const node = aNode()
    await inSync(node)
    const again = new TestNode()
    Object.assign(again, { id: node.id })
    nodes.push(again.start(both, hub.address))
    await eventually(() => expect(hub.logged('info', 'the node has connected anew')).not.toHaveLength(0))
  })
})

describe('a node that cannot be served', () => {
  it.each([
    ['3.5.0', 'is of a newer minor version'],
    ['2.8.0', 'is of another major version'],
  ])('%s, which %s, is listed, attached and sent nothing', async (version) => {
    const node = aNode({ version })
    await eventually(() => expect(node.withheld).toEqual(['kong_version_incompatible']))
    await eventually(() =>
      expect(row(node)).toMatchObject({
        syncStatus: 'kong_version_incompatible',
        state: { kind: 'withheld' },
        version,
      }),
    )
    feed.write(service('s1', 'a'))
    await inSync(aNode())
    expect(node.updates).toEqual([])
    expect(node.links).toBe(1)
    const reason = `version mismatches, CP version: 3.4.0 DP version: ${version}`
    const warning = `unable to send updated configuration to DP node with hostname: dp-1 ip: 127.0.0.1 reason: ${reason}`
    expect(hub.logged('warn', warning)).toHaveLength(1)
  })

  it('for want of a plugin is released without a reconnect when the plugin goes', async () => {
    const node = aNode({ plugins: [] })
    await inSync(node)
    const before = node.position
    feed.write(keyAuth)
    await eventually(() => expect(node.withheld).toEqual(['plugin_set_incompatible']))
    await eventually(() =>
      expect(row(node)).toMatchObject({ syncStatus: 'plugin_set_incompatible', applied: before }),
    )
    const warning =
      'reason: CP and DP does not have same set of plugins installed or their versions might differ'
    expect(hub.logged('warn', warning)).toHaveLength(1)
    feed.write(service('s1', 'a'))
    feed.write(aDelete('plugins', 'p1'))
    await inSync(node)
    expect(node.links).toBe(1)
    await eventually(() =>
      expect(row(node)).toMatchObject({ syncStatus: 'normal', state: { kind: 'in_sync' } }),
    )
    expect(hub.logged('warn', warning)).toHaveLength(1)
  })

  it('gets another view when the source comes with a plugin that it lacks', async () => {
    feed.write(keyAuth)
    const node = aNode()
    await inSync(node)
    await feed.stop()
    feed.plugins = [...feed.plugins, { name: 'new-one', version: '3.4.0' }]
    feed.write(anUpsert('plugins', { id: 'p2', name: 'new-one' }))
    await feed.start()
    await eventually(() => expect(node.withheld).toEqual(['plugin_set_incompatible']))
  })
})

describe('an update that a node does not apply', () => {
  const rejecting = (retryable: boolean, revision: number): Answer => ({
    kind: 'rejected',
    revision,
    retryable,
    errors: [{ kind: 'services', id: 's1', field: 'name', message: 'no such name' }],
  })

  it('for its content is not offered again; the next revision is', async () => {
    const node = aNode()
    await inSync(node)
    node.verdict = ({ to }) => (to.revision === 2 ? rejecting(false, 2) : null)
    feed.write(service('s1', 'bad'))
    await eventually(() => expect(row(node)).toMatchObject({ state: { kind: 'rejected', revision: 2 } }))
    expect(row(node)).toMatchObject({ applied: { revision: 1 }, desired: { revision: 2 } })
    expect(hub.logged('error', 'services s1 name no such name')).toHaveLength(1)
    feed.write(service('s1', 'good'))
    await inSync(node)
    expect(node.updates).toEqual(['snapshot 1', 'delta 2', 'delta 3'])
  })

  it('for want of space is offered again until it is', async () => {
    const node = aNode()
    await inSync(node)
    let refusals = 0
    node.verdict = ({ to }) => (refusals++ < 2 ? rejecting(true, to.revision) : null)
    feed.write(service('s1', 'a'))
    await inSync(node)
    expect(node.updates).toEqual(['snapshot 1', 'delta 2', 'delta 2', 'delta 2'])
  })
})

describe('a hub', () => {
  it('that has no config yet tells a node so, keeps what the node has, and serves it when there is one', async () => {
    await feed.stop()
    const empty = new TestHub(both, [feed.address])
    await empty.start()
    try {
      expect(empty.ready()).toMatchObject({ ready: false })
      const node = new TestNode().start(both, empty.address)
      nodes.push(node)
      await eventually(() => expect(node.withheld).toEqual(['source_empty']))
      await feed.start()
      await inSync(node)
      expect(node.links).toBe(1)
    } finally {
      await empty.remove()
    }
  })

  it('of an older minor version than its source does not follow it, and serves its copy', async () => {
    const node = aNode()
    await inSync(node)
    await feed.stop()
    feed.version = '3.5.0'
    feed.write(service('s1', 'a'))
    await feed.start()
    await eventually(() => expect(hub.logged('warn', 'upgrade the hub first')).not.toHaveLength(0))
    const fresh = aNode()
    await eventually(() => expect(fresh.position).toEqual(node.position))
    expect(fresh.position.revision).toBe(1)
    feed.version = '3.4.0'
    await inSync(node, fresh)
  })
})

it('a second hub on the same settings does not touch the copy of the first', async () => {
  const node = aNode()
  await inSync(node)
  await expect(hub.startTwin()).rejects.toMatchObject({ code: 'EADDRINUSE' })
  feed.write(service('s1', 'a'))
  await inSync(node)
  await feed.stop()
  await hub.stop()
  await hub.start()
  await inSync(aNode())
})

describe('two nodes of one id', () => {
  /** Another process with the id of a node, as after its prefix was copied. */
  function aCopyOf(node: TestNode, instance: string): TestNode {
    const copy = Object.assign(new TestNode(), { id: node.id }).start(both, hub.address, { instance })
    nodes.push(copy)
    return copy
  }
  const rows = () => [...feed.rows.values()].filter(({ state }) => state.kind !== 'offline')

  it('are both served and listed, the later one by an id of its own', async () => {
    const first = aNode()
    await inSync(first)
    await eventually(() => expect(row(first)).toMatchObject({ instance: 'a' }))
    const second = aCopyOf(first, 'b')
    await inSync(second)
    await vi.waitFor(
      () => {
        feed.write(service('s1', `${feed.head.revision}`))
        expect(rows()).toHaveLength(2)
      },
      { timeout: 20_000, interval: 200 },
    )
    await inSync(first, second)
    expect(row(first)).toMatchObject({ instance: 'a', duplicateOf: null })
    const other = rows().find(({ instance }) => instance === 'b')
    expect(other).toMatchObject({ duplicateOf: first.id, hostname: 'dp-1' })
    expect([first.links, second.links]).toEqual([1, 1])
    expect(hub.logged('warn', 'two nodes have one id')).toHaveLength(1)
    await second.stop()
    await eventually(() => expect(rows().map(({ instance }) => instance)).toEqual(['a']))
  })

  it('are one where the first is gone: it has started again', async () => {
    const first = aNode()
    await inSync(first)
    await first.stop()
    const again = aCopyOf(first, 'b')
    await inSync(again)
    await eventually(() => expect(row(first)).toMatchObject({ instance: 'b', duplicateOf: null }))
    expect(rows()).toHaveLength(1)
    expect(hub.logged('warn', 'two nodes have one id')).toEqual([])
  })
})
