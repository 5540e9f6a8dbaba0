import type { Answer, Violation } from '@biplane/protocol'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anUpsert } from './fixtures.ts'
import { eventually, Feed, type Pairs, pairs, TestHub, TestNode } from './line-fixtures.ts'

let both: Pairs
let feed: Feed
let hub: TestHub
let picky: TestNode
let other: TestNode

beforeAll(async () => {
  both = await pairs()
})

beforeEach(async () => {
  feed = new Feed(both)
  await feed.start()
  hub = new TestHub(both, [feed.address])
  await hub.start()
  await eventually(() => expect(hub.ready()).toMatchObject({ ready: true }))
  picky = new TestNode().start(both, hub.address)
  other = new TestNode().start(both, hub.address)
  await eventually(() => expect(picky.position).toEqual(feed.head))
})

afterEach(async () => {
  await picky.stop()
  await other.stop()
  await hub.remove()
  await feed.stop()
})

const row = () => feed.rows.get(picky.id)
const rejected = (revision: number, ...errors: Violation[]): Answer => ({
  ...{ kind: 'rejected', revision, retryable: false, errors },
})

describe('an entity that a node rejects', () => {
  it('is left out for that node with what refers to it, until it has changed', async () => {
    const error = { kind: 'certificates', id: 'x1', field: 'cert', message: 'cannot be read' }
    let refusals = 1
    picky.verdict = ({ to }) => (refusals-- > 0 ? rejected(to.revision, error) : null)
    feed.write(
      anUpsert('certificates', { id: 'x1', cert: 'no' }),
      anUpsert('snis', { id: 'n1', name: 'a.test', certificate: { id: 'x1' } }),
      anUpsert('services', { id: 's1', name: 'a' }),
    )
    await eventually(() => expect(picky.position.revision).toBe(2))
    expect([...picky.entities.values()].map(({ id }) => id).toSorted()).toEqual(['cluster_id', 's1'])
    await eventually(() =>
      expect(row()).toMatchObject({
        state: { kind: 'rejected', revision: 2, errors: [error] },
        quarantined: [{ kind: 'certificates', id: 'x1', message: 'cannot be read' }],
        applied: picky.position,
        desired: picky.position,
      }),
    )
    expect(hub.logged('warn', 'served without what it rejected')).toHaveLength(1)
    feed.write(anUpsert('services', { id: 's2', name: 'b' }))
    await eventually(() => expect(picky.position.revision).toBe(3))
    expect(picky.position.hash).not.toBe(feed.head.hash)
    feed.write(anUpsert('certificates', { id: 'x1', cert: 'yes' }))
    await eventually(() => expect(picky.position).toEqual(feed.head))
    await eventually(() => expect(row()).toMatchObject({ state: { kind: 'in_sync' }, quarantined: [] }))
    await eventually(() => expect(other.position).toEqual(feed.head))
    expect(other.updates).toEqual(['snapshot 1', 'delta 2', 'delta 3', 'delta 4'])
  })

  it.each([['routes'], ['plugins'], ['ca_certificates'], ['acls'], ['']])(
    'is never left out if it is of %j: the node stays where it is',
    async (kind) => {
      const error = { kind, id: 'e1', field: '', message: 'no' }
      picky.verdict = ({ to }) => rejected(to.revision, { ...error, kind: 'targets' }, error)
      feed.write(anUpsert('services', { id: 's1', name: 'a' }))
      await eventually(() => expect(row()).toMatchObject({ state: { kind: 'rejected' }, quarantined: [] }))
      await eventually(() => expect(other.position).toEqual(feed.head))
      expect([picky.position.revision, picky.updates]).toEqual([1, ['snapshot 1', 'delta 2']])
    },
  )
})
