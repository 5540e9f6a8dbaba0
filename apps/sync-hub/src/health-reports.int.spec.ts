import type { HealthReport } from '@biplane/protocol'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually, Feed, type Pairs, pairs, TestHub, TestNode } from './line-fixtures.ts'

let both: Pairs
let feed: Feed
let above: TestHub
let below: TestHub
const nodes: TestNode[] = []

beforeAll(async () => {
  both = await pairs()
})

beforeEach(async () => {
  feed = new Feed(both)
  await feed.start()
  above = new TestHub(both, [feed.address])
  await above.start()
  below = new TestHub(both, [above.relayAddress])
  await below.start()
})

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
  await below.remove()
  await above.remove()
  await feed.stop()
})

const told = (weight: number): HealthReport => ({
  upstreams: [{ id: 'u', usable: true, weight, availableWeight: weight, targets: [] }],
  incomplete: false,
})

async function aNode(hub: TestHub): Promise<TestNode> {
  const node = new TestNode().start(both, hub.address)
  nodes.push(node)
  await eventually(() => expect(node.link).not.toBeNull())
  return node
}

const heard = ({ id }: TestNode) => feed.health.get(id)?.upstreams[0]?.weight

describe('what a node tells of health', () => {
  it('reaches the source of its hub, by way of another hub too, and the last that it says in the end', async () => {
    const [near, far] = [await aNode(above), await aNode(below)]
    for (const weight of [1, 2, 3]) {
      await near.link?.tell(told(weight))
      await far.link?.tell(told(10 * weight))
    }
    await eventually(() => expect([heard(near), heard(far)]).toEqual([3, 30]))
  })

  it('is told anew to a source that comes back, and gone when the node is', async () => {
    const far = await aNode(below)
    await far.link?.tell(told(1))
    await eventually(() => expect(heard(far)).toBe(1))
    await feed.stop()
    feed.health.clear()
    await feed.start()
    await eventually(() => expect(heard(far)).toBe(1))
    await far.stop()
    await eventually(() => expect(heard(far)).toBeUndefined())
  })

  it('is that of the node alone: a clone has its own', async () => {
    const node = await aNode(above)
    await node.link?.tell(told(1))
    await eventually(() => expect(heard(node)).toBe(1))
    const twin = new TestNode()
    Object.assign(twin, { id: node.id })
    nodes.push(twin.start(both, above.address, { instance: 'b' }))
    await eventually(() => expect(twin.link).not.toBeNull())
    await twin.link?.tell(told(2))
    const weights = () => [...feed.health.values()].map(({ upstreams }) => upstreams[0]?.weight).toSorted()
    await eventually(() => expect([feed.rows.size, weights()]).toEqual([2, [1, 2]]))
    expect(heard(node)).toBe(1)
  })
})
