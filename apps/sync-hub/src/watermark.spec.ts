import type { NodeReport } from '@biplane/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aHello, PEER } from './fixtures.ts'
import { connectedRow } from './node-row.ts'
import { watermarkOf } from './watermark.ts'

const EPOCH = 'e'
function aRow(nodeId: string, revision: number, epoch = EPOCH): NodeReport {
  const row = connectedRow(aHello({ nodeId }), PEER, 0)
  return { ...row, applied: { epoch, revision, hash: 'f'.repeat(32) } }
}

describe('a watermark', () => {
  it.each<[string, NodeReport[], number, ReturnType<typeof watermarkOf>]>([
    ['is none without nodes', [], 2, null],
    ['is what all have', [aRow('a', 7), aRow('b', 7)], 0, { epoch: EPOCH, revision: 7, below: [] }],
    [
      'is what the foremost have, as long as those behind can be named',
      [aRow('a', 7), aRow('b', 5), aRow('c', 6)],
      2,
      {
        epoch: EPOCH,
        revision: 7,
        below: [
          { nodeId: 'b', revision: 5 },
          { nodeId: 'c', revision: 6 },
        ],
      },
    ],
    [
      'is lower where they are too many',
      [aRow('a', 7), aRow('b', 5), aRow('c', 6)],
      1,
      { epoch: EPOCH, revision: 6, below: [{ nodeId: 'b', revision: 5 }] },
    ],
    [
      'counts the revisions of one journal only',
      [aRow('a', 3), aRow('b', 9, 'old')],
      1,
      { epoch: EPOCH, revision: 3, below: [{ nodeId: 'b', revision: 0 }] },
    ],
    [
      'counts nothing of a node that something is left out for',
      [aRow('a', 7), { ...aRow('b', 7), quarantined: [{ kind: 'targets', id: 't', message: 'no' }] }],
      1,
      { epoch: EPOCH, revision: 7, below: [{ nodeId: 'b', revision: 0 }] },
    ],
  ])('%s', (_, rows, most, expected) => {
    expect(watermarkOf(rows, EPOCH, most)).toEqual(expected)
  })

  it('never tells more of a node than it has applied, and names few', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1 }), fc.nat(5), (revisions, most) => {
        const mark = watermarkOf(
          revisions.map((revision, n) => aRow(`${n}`, revision)),
          EPOCH,
          most,
        )
        expect(mark?.below.length).toBeLessThanOrEqual(most)
        for (const [n, revision] of revisions.entries()) {
          const named = mark?.below.find(({ nodeId }) => nodeId === `${n}`)
          if (named === undefined) expect(revision).toBeGreaterThanOrEqual(mark?.revision ?? 0)
          else expect(named.revision).toBe(revision)
        }
      }),
    )
  })
})
