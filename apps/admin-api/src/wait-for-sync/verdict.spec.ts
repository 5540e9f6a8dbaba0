import type { NodeReport, NodeState, WithheldReason } from '@biplane/protocol'
import { expect, it } from 'vitest'
import { aReport } from '../fixtures/hub.ts'
import { verdictOn } from './verdict.ts'

const rejected = (revision: number, retryable: boolean): NodeState => ({
  ...{ kind: 'rejected', revision, retryable, errors: [] },
})
const withheld = (kind: WithheldReason['kind']): NodeState => ({
  ...{ kind: 'withheld', reason: { kind, message: 'why' } },
})
const at = (revision: number): NodeReport['desired'] => ({ epoch: 'e', revision, hash: '' })

it.each<[string, NodeState, number, ReturnType<typeof verdictOn>]>([
  ['is behind', { kind: 'behind' }, 7, 'pending'],
  ['was in sync with what came before', { kind: 'in_sync' }, 6, 'pending'],
  ['rejected it', rejected(7, false), 7, 'rejected'],
  ['rejected what came after it', rejected(8, false), 8, 'rejected'],
  ['rejected what came before it', rejected(6, false), 7, 'pending'],
  ['could not store it', rejected(7, true), 7, 'pending'],
  ['lacks a plugin for it', withheld('plugin_set_incompatible'), 7, 'withheld'],
  ['lacked a plugin for what came before it', withheld('plugin_set_incompatible'), 6, 'pending'],
  ['is of another release, whatever comes', withheld('kong_version_incompatible'), 2, 'withheld'],
])('of revision 7, a node that %s', (_, state, desired, verdict) => {
  expect(verdictOn(aReport({ state, desired: at(desired) }), 7)).toBe(verdict)
})
