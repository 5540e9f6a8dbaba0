import type { Answer, NodeReport, Position, WithheldReason } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import { aHello, EPOCH, PEER } from './fixtures.ts'
import { answered, behind, connectedRow, inSync, withheld } from './node-row.ts'

const at = (revision: number): Position => ({ epoch: EPOCH, revision, hash: `${revision}`.repeat(32) })
const row = connectedRow(aHello({ position: at(1) }), PEER, 5)
const errors = [{ kind: 'services', id: 's', field: 'name', message: 'no' }]

describe('a row', () => {
  it.each<[string, NodeReport, Partial<NodeReport>]>([
    ['of a node that has connected', row, { state: { kind: 'behind' }, applied: at(1), appliedAt: null }],
    [
      'of a node that is current at its hello',
      inSync(row, at(1)),
      { state: { kind: 'in_sync' }, desired: at(1) },
    ],
    ['of a node that was offered more', behind(row, at(2)), { state: { kind: 'behind' }, desired: at(2) }],
    [
      'of a node that applied it',
      answered(row, { kind: 'applied', position: at(2), tookMs: 7 }, at(2), 9),
      { state: { kind: 'in_sync' }, applied: at(2), desired: at(2), appliedAt: 9, applyTookMs: 7 },
    ],
    [
      'of a node that rejected it',
      answered(row, { kind: 'rejected', revision: 2, retryable: false, errors }, at(2), 9),
      { state: { kind: 'rejected', revision: 2, retryable: false, errors }, applied: at(1), desired: at(2) },
    ],
  ])('%s', (_, made, expected) => {
    const peer = { ip: PEER.address, certificateExpiresAt: PEER.certificateExpiresAt }
    expect(made).toMatchObject({ ...expected, ...peer, syncStatus: 'normal', connectedAt: 5 })
  })

  it.each<[WithheldReason['kind'], NodeReport['syncStatus']]>([
    ['kong_version_incompatible', 'kong_version_incompatible'],
    ['plugin_set_incompatible', 'plugin_set_incompatible'],
    ['plugin_version_incompatible', 'plugin_version_incompatible'],
    ['filter_set_incompatible', 'filter_set_incompatible'],
    ['source_empty', 'normal'],
  ])('of a node that gets nothing for %s shows the status %s', (kind, syncStatus) => {
    const reason = { kind, message: 'm' }
    expect(withheld(row, at(2), reason)).toMatchObject({
      syncStatus,
      state: { kind: 'withheld', reason },
      applied: at(1),
      desired: at(2),
    })
  })

  it('becomes normal again with the next answer', () => {
    const before = withheld(row, at(2), { kind: 'plugin_set_incompatible', message: 'm' })
    const after = answered(before, { kind: 'applied', position: at(3), tookMs: 1 }, at(3), 9)
    expect(after.syncStatus).toBe('normal')
  })

  it('holds no more of what a node complains of than is needed', () => {
    const long = 'x'.repeat(100_000)
    const many = Array.from({ length: 1_000 }, () => ({ kind: long, id: long, field: long, message: long }))
    const answer: Answer = { kind: 'rejected', revision: 2, retryable: false, errors: many }
    expect(JSON.stringify(answered(row, answer, at(2), 9)).length).toBeLessThan(20_000)
  })
})
