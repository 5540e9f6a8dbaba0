import { freePort } from '@biplane/tools/postgres'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anUpsert } from './fixtures.ts'
import { eventually, Feed, type Pairs, pairs, TestHub, TestNode } from './line-fixtures.ts'

let both: Pairs
let feed: Feed
let hubs: TestHub[]
let nodes: TestNode[]

beforeAll(async () => {
  both = await pairs()
})

beforeEach(async () => {
  hubs = []
  nodes = []
  feed = new Feed(both)
  await feed.start()
})

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await Promise.all(hubs.map((hub) => hub.remove()))
  await feed.stop()
})

function aHub(follows: readonly string[], version?: string): TestHub {
  const hub = new TestHub(both, follows, version)
  hubs.push(hub)
  return hub
}

async function started(follows: readonly string[], version?: string): Promise<TestHub> {
  const hub = aHub(follows, version)
  await hub.start()
  return hub
}

const ready = (...some: TestHub[]) =>
  eventually(() => {
    for (const hub of some) expect(hub.ready()).toMatchObject({ ready: true })
  })

function aNode(
  at: TestHub | readonly string[],
  ...hello: [hello?: Parameters<TestNode['start']>[2]]
): TestNode {
  const node = new TestNode().start(both, at instanceof TestHub ? at.address : at, ...hello)
  nodes.push(node)
  return node
}

const inSync = (...some: TestNode[]) =>
  eventually(() => {
    for (const node of some) expect(node.position).toEqual(feed.head)
  })
const service = (id: string) => anUpsert('services', { id, name: id })
const keyAuth = anUpsert('plugins', { id: 'p1', name: 'key-auth' })
const sourceOf = ({ status }: TestHub) => ('source' in status ? status.source : null)

describe('a hub below hubs', () => {
  it('brings each change to its nodes as a delta, and the truth about them to the feed', async () => {
    const top = await started([feed.address])
    const middle = await started([top.relayAddress])
    const leaf = await started([middle.relayAddress])
    const [low, high] = [aNode(leaf), aNode(top)]
    await inSync(low, high)
    feed.write(service('s1'))
    await inSync(low, high)
    expect(low.updates).toEqual(['snapshot 1', 'delta 2'])
    await eventually(() => {
      expect(feed.rows.get(low.id)).toMatchObject({ state: { kind: 'in_sync' }, applied: feed.head })
      expect(feed.attachedTo.get(low.id)).toBe(leaf.id)
      expect(feed.attachedTo.get(high.id)).toBe('')
      expect(feed.below.get(middle.id)).toMatchObject({ parentId: top.id, applied: feed.head })
      expect(feed.below.get(leaf.id)).toMatchObject({
        parentId: middle.id,
        applied: feed.head,
        ip: '127.0.0.1',
      })
    })
    expect([top.status, leaf.status]).toMatchObject([
      { nodes: 1, hubs: 1 },
      { nodes: 1, hubs: 0 },
    ])
  })

  it('is told of anew to a feed that comes back, with its nodes', async () => {
    const top = await started([feed.address])
    const leaf = await started([top.relayAddress])
    const node = aNode(leaf)
    await eventually(() => expect(feed.attachedTo.get(node.id)).toBe(leaf.id))
    await feed.stop()
    for (const told of [feed.rows, feed.below, feed.attachedTo]) told.clear()
    await feed.start()
    await eventually(() => {
      expect(feed.rows.get(node.id)).toMatchObject({ state: { kind: 'in_sync' } })
      expect(feed.below.get(leaf.id)).toMatchObject({ parentId: top.id })
    })
  })

  it('is told to be gone with all below it when it goes', async () => {
    const top = await started([feed.address])
    const middle = await started([top.relayAddress])
    const leaf = await started([middle.relayAddress])
    await eventually(() => expect([...feed.below.keys()].toSorted()).toEqual([middle.id, leaf.id].toSorted()))
    await middle.stop()
    await eventually(() => expect([...feed.below.keys()]).toEqual([]))
  })

  it('takes another parent when its own dies, without a byte for what it has', async () => {
    const [first, second] = [await started([feed.address]), await started([feed.address])]
    await ready(first, second)
    const leaf = await started([first.relayAddress, second.relayAddress])
    const node = aNode(leaf)
    await inSync(node)
    await first.stop()
    feed.write(service('s1'))
    await inSync(node)
    expect(node.updates).toEqual(['snapshot 1', 'delta 2'])
    await eventually(() => expect(feed.below.get(leaf.id)).toMatchObject({ parentId: second.id }))
  })

  it('serves known and new nodes and hubs below a dead parent', async () => {
    const top = await started([feed.address])
    const leaf = await started([top.relayAddress])
    await ready(leaf)
    await feed.stop()
    const fresh = await started([top.relayAddress])
    await ready(fresh)
    await top.stop()
    const below = await started([leaf.relayAddress])
    const some = [aNode(leaf), aNode(fresh), aNode(below)]
    await inSync(...some)
    await top.start()
    await feed.start()
    feed.write(service('s1'))
    await inSync(...some)
    expect(some.map(({ updates }) => updates)).toEqual(some.map(() => ['snapshot 1', 'delta 2']))
  })

  it('checks nodes against the plugins that the feed announces, as they change', async () => {
    const top = await started([feed.address])
    const leaf = await started([top.relayAddress])
    await ready(leaf)
    feed.write(keyAuth)
    const node = aNode(leaf, { plugins: [] })
    await eventually(() => expect(node.withheld).toEqual(['plugin_set_incompatible']))
    await feed.stop()
    feed.plugins = []
    await feed.start()
    await inSync(node)
    expect(top.logged('info', 'comes another way now').length).toBeGreaterThan(0)
    expect(top.logged('warn', 'hub disconnected')).toEqual([])
  })

  it('follows no control plane that is newer than itself, and serves its copy', async () => {
    const top = await started([feed.address], '3.5.0')
    const leaf = await started([top.relayAddress])
    await ready(leaf)
    await feed.stop()
    feed.version = '3.5.0'
    await feed.start()
    await eventually(() => expect(leaf.logged('warn', 'upgrade the hub first').length).toBeGreaterThan(0))
    expect(sourceOf(leaf)).toBeNull()
    await eventually(() => expect(sourceOf(top)).toBe(feed.address))
    const node = aNode(leaf)
    await eventually(() => expect(node.position.revision).toBe(1))
  })

  it('waits for a parent that has never followed a control plane', async () => {
    await feed.stop()
    const top = await started([feed.address])
    const leaf = await started([top.relayAddress])
    await eventually(() => expect(leaf.logged('warn', 'has nothing to pass on').length).toBeGreaterThan(0))
    await feed.start()
    await ready(leaf)
  })
})

describe('hubs that follow each other', () => {
  it.each([2, 3])(
    'in a circle of %i are refused, and follow the control plane when it is there',
    async (count) => {
      const circle = Array.from({ length: count }, () => new TestHub(both, []))
      for (const hub of circle) hub.reserve(await freePort())
      for (const [n, hub] of circle.entries())
        hub.follow([feed.address, circle[(n + 1) % count]?.relayAddress ?? ''])
      hubs.push(...circle)
      await Promise.all(circle.map((hub) => hub.start()))
      await ready(...circle)
      await feed.stop()
      const told = () => circle.flatMap((hub) => hub.logged('warn', 'in a circle'))
      await eventually(() => expect(told().length).toBeGreaterThan(0))
      await eventually(() => expect(circle.filter((hub) => sourceOf(hub) !== null)).toHaveLength(count - 1))
      await feed.start()
      feed.write(service('s1'))
      const some = circle.map((hub) => aNode(hub))
      await inSync(...some)
    },
  )

  it('is refused when it is one and the same', async () => {
    const hub = aHub([]).reserve(await freePort())
    hub.follow([hub.relayAddress])
    await hub.start()
    await eventually(() => expect(hub.logged('warn', 'this is the hub itself').length).toBeGreaterThan(0))
  })
})

describe('where hubs connect', () => {
  it('nodes are refused, by their certificate and by what they are', async () => {
    const top = await started([feed.address])
    await ready(top)
    const byCertificate = aNode([top.relayAddress])
    const stolen = new TestNode().start({ ...both, cluster: both.feed }, top.relayAddress)
    nodes.push(stolen)
    await eventually(() => {
      expect(top.logged('warn', 'only hubs may follow here').length).toBeGreaterThan(0)
    })
    expect(byCertificate.links).toBe(0)
    expect([byCertificate.updates, stolen.updates]).toEqual([[], []])
  })
})

describe('a hub that drains', () => {
  it('serves nodes and hubs until they are elsewhere, while changes come', async () => {
    const [first, second] = [await started([feed.address]), await started([feed.address])]
    await ready(first, second)
    const leaf = await started([first.relayAddress, second.relayAddress])
    const some = [aNode([first.address, second.address]), aNode([first.address, second.address]), aNode(leaf)]
    await inSync(...some)
    const drained = first.drain(60)
    expect(first.ready()).toEqual({ ready: false, message: 'draining' })
    for (let n = 0; n < 20; n += 1) {
      feed.write(service(`s${n}`))
      await inSync(...some)
    }
    await drained
    expect(first.status).toMatchObject({ nodes: 0, hubs: 0, draining: true })
    expect(second.status).toMatchObject({ nodes: 2, hubs: 1, draining: false })
    for (const { updates } of some)
      expect(updates.filter((update) => update.startsWith('snapshot'))).toHaveLength(1)
    expect(first.logged('warn', 'disconnected')).toEqual([])
  })

  it('tells the feed so, goes on reporting, and does not wait for ever', async () => {
    const hub = await started([feed.address])
    const node = aNode(hub)
    await inSync(node)
    const drained = hub.drain(1)
    await eventually(() => expect(feed.draining).toBe(true))
    feed.write(service('s1'))
    await eventually(() => expect(feed.rows.get(node.id)).toMatchObject({ applied: feed.head }))
    await drained
    expect(hub.status).toMatchObject({ nodes: 1, draining: true })
  })
})

describe('a node that has more than the hub that it comes to', () => {
  it('keeps it while that hub has no source, and then gets what is newer', async () => {
    const [ahead, behind] = [await started([feed.address]), await started([feed.address])]
    await ready(ahead, behind)
    await behind.stop()
    const node = aNode([ahead.address, behind.address])
    await inSync(node)
    feed.write(service('s1'))
    await inSync(node)
    const before = feed.head
    await feed.stop()
    await behind.start()
    await ahead.stop()
    await eventually(() => expect(node.links).toBe(2))
    const other = aNode(behind)
    await eventually(() => expect(other.position.revision).toBe(1))
    expect(node.position).toEqual(before)
    await feed.start()
    await inSync(node, other)
    feed.write(service('s2'))
    await inSync(node, other)
    expect(node.updates).toEqual(['snapshot 1', 'delta 2', 'delta 3'])
  })

  it('is taken back where the config itself was', async () => {
    const [first, second] = [await started([feed.address]), await started([feed.address])]
    const node = aNode([first.address, second.address])
    feed.write(service('s1'))
    feed.write(service('s2'))
    await inSync(node)
    await first.stop()
    feed.restore(2, service('s3'))
    await inSync(node)
  })
})
