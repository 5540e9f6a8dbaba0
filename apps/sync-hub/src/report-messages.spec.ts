import { expect, it } from 'vitest'
import { aHello, PEER } from './fixtures.ts'
import { connectedRow } from './node-row.ts'
import { inMessages } from './report-messages.ts'

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => connectedRow(aHello({ nodeId: `${i}` }), PEER, 0))

it.each([0, 1, 7])('a report of %i rows is one message where it fits', (count) => {
  const report = { complete: true, nodes: rows(count) }
  expect(inMessages(report)).toEqual([report])
})

it('a report that is too large becomes several, of which the first one replaces', () => {
  const nodes = rows(10)
  const messages = inMessages({ complete: true, nodes }, 3 * JSON.stringify(nodes[0]).length)
  expect(messages.map(({ complete, nodes }) => [complete, nodes.length])).toEqual([
    [true, 3],
    [false, 3],
    [false, 3],
    [false, 1],
  ])
  expect(messages.flatMap((message) => message.nodes)).toEqual(nodes)
})

it('a row that is too large for itself is still sent', () => {
  expect(inMessages({ complete: false, nodes: rows(2) }, 1)).toHaveLength(2)
})

it('what nodes have told of health comes after the rows, and is cut as they are', () => {
  const nodes = rows(2)
  const health = nodes.map(({ nodeId, instance, session }) => ({
    ...{ nodeId, instance, session, toldAt: 1 },
    health: { upstreams: [], incomplete: false },
  }))
  const watermark = { epoch: 'e', revision: 1, below: [] }
  expect(inMessages({ complete: true, nodes, health, watermark })).toEqual([
    { complete: true, nodes, health, watermark },
  ])
  expect(inMessages({ complete: true, nodes, health, watermark }, 1)).toEqual([
    { complete: true, nodes: [nodes[0]] },
    { complete: false, nodes: [nodes[1]] },
    { complete: false, nodes: [], health: [health[0]] },
    { complete: false, nodes: [], health: [health[1]], watermark },
  ])
})
