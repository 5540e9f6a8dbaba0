import type {
  Answer,
  Hello,
  NodeReport,
  Position,
  SyncStatus,
  Violation,
  WithheldReason,
} from '@biplane/protocol'
import type { Peer } from '@biplane/protocol/stream'

// A node's row as a value: how it looks when the node connects, and what each thing that happens makes of it.

/** A node may name any number of faults at any length; what is at fault is clear from the first ones. */
const SHOWN_ERRORS = 10
const SHOWN_CHARACTERS = 400

/** @param duplicateOf the id that it came with, where `hello` has one made for it */
export function connectedRow(
  hello: Hello,
  { address: ip, certificateExpiresAt }: Pick<Peer, 'address' | 'certificateExpiresAt'>,
  now: number,
  duplicateOf: string | null = null,
): NodeReport {
  const { nodeId, instance, session, hostname, version, labels, position } = hello
  return {
    nodeId,
    instance,
    session,
    hostname,
    ip,
    version,
    labels,
    syncStatus: 'normal',
    state: { kind: 'behind' },
    applied: position,
    desired: position,
    appliedAt: null,
    applyTookMs: null,
    connectedAt: now,
    certificateExpiresAt,
    duplicateOf,
    quarantined: [],
    reductions: [],
    understanding: null,
  }
}

/** It said at its hello that it has what its view has. */
export function inSync(row: NodeReport, desired: Position): NodeReport {
  return { ...row, syncStatus: 'normal', state: { kind: 'in_sync' }, desired }
}

export function behind(row: NodeReport, desired: Position): NodeReport {
  return { ...row, syncStatus: 'normal', state: { kind: 'behind' }, desired }
}

export function withheld(row: NodeReport, desired: Position, reason: WithheldReason): NodeReport {
  return { ...row, syncStatus: syncStatusOf(reason), state: { kind: 'withheld', reason }, desired }
}

export function answered(row: NodeReport, answer: Answer, desired: Position, now: number): NodeReport {
  switch (answer.kind) {
    case 'applied': {
      const { position, tookMs } = answer
      return { ...inSync(row, desired), applied: position, appliedAt: now, applyTookMs: tookMs }
    }
    case 'rejected': {
      const { revision, retryable } = answer
      const errors = answer.errors.slice(0, SHOWN_ERRORS).map(shortened)
      return {
        ...row,
        syncStatus: 'normal',
        state: { kind: 'rejected', revision, retryable, errors },
        desired,
      }
    }
  }
}

/** The node has what it was given, but not what it rejected: that is no config in sync. */
export function leftOut(row: NodeReport, violations: readonly Violation[]): NodeReport {
  const errors = violations.slice(0, SHOWN_ERRORS).map(shortened)
  const quarantined = errors.map(({ kind, id, message }) => ({ kind, id, message }))
  if (violations.length === 0 || row.state.kind !== 'in_sync') return { ...row, quarantined }
  const { revision } = row.applied
  return { ...row, quarantined, state: { kind: 'rejected', revision, retryable: false, errors } }
}

/** Kong's status tells compatibility only: a node is no less compatible for a hub that has nothing to give. */
function syncStatusOf({ kind }: WithheldReason): SyncStatus {
  return kind === 'source_empty' ? 'normal' : kind
}

function shortened({ kind, id, field, message }: Violation): Violation {
  return {
    kind: kind.slice(0, SHOWN_CHARACTERS),
    id: id.slice(0, SHOWN_CHARACTERS),
    field: field.slice(0, SHOWN_CHARACTERS),
    message: message.slice(0, SHOWN_CHARACTERS),
  }
}
