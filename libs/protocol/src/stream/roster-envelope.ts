import type * as wire from '../gen/biplane/sync/v1/sync.ts'
import { NOWHERE } from '../position.ts'
import type { Reduction, Understanding } from '../reduction.ts'
import type { HubReport, NodeReport, NodeState, RosterReport, SyncStatus } from '../status.ts'
import type { WithheldReason } from '../update.ts'
import { fromNodeHealth, toNodeHealth } from './health-envelope.ts'
import { ProtocolError } from './protocol-error.ts'

// The roster and the reasons in it ↔ the generated wire types.

export function toReport(report: RosterReport): wire.Report {
  const { complete, nodes, watermark, hub, draining = false, health = [] } = report
  return {
    complete,
    nodes: nodes.map(toNode),
    watermark: watermark && { ...watermark, below: [...watermark.below] },
    hub,
    draining,
    health: health.map(toNodeHealth),
  }
}

export function fromReport(report: wire.Report): RosterReport {
  const { complete, nodes, watermark, hub, draining, health } = report
  return {
    complete,
    nodes: nodes.map(fromNode),
    ...(watermark && { watermark }),
    ...(hub && { hub: fromHub(hub) }),
    ...(draining && { draining }),
    ...(health.length > 0 && { health: health.map(fromNodeHealth) }),
  }
}

function fromHub({ applied, ...rest }: wire.HubBelow): HubReport {
  if (rest.hubId === '') throw new ProtocolError('a report of a hub without an id')
  return { ...rest, applied: applied ?? NOWHERE }
}

export function toReason({ kind, message, subject }: WithheldReason): wire.Reason {
  return { kind, message, subject }
}

export function fromReason(reason: wire.Reason | undefined): WithheldReason {
  const message = reason?.message ?? ''
  // A word we do not know comes from a newer release: then it is the release that does not fit.
  const kind = REASONS.find((word) => word === reason?.kind) ?? 'kong_version_incompatible'
  return reason?.subject === undefined ? { kind, message } : { kind, message, subject: reason.subject }
}

const REASONS: readonly WithheldReason['kind'][] = [
  'kong_version_incompatible',
  'plugin_set_incompatible',
  'plugin_version_incompatible',
  'filter_set_incompatible',
  'source_empty',
]

const STATUSES: readonly SyncStatus[] = [
  'unknown',
  'normal',
  'kong_version_incompatible',
  'plugin_set_incompatible',
  'plugin_version_incompatible',
  'filter_set_incompatible',
]

function toNode(report: NodeReport): wire.NodeReport {
  const {
    state,
    appliedAt,
    applyTookMs,
    labels,
    certificateExpiresAt,
    duplicateOf,
    quarantined,
    reductions,
    understanding,
    ...rest
  } = report
  return {
    ...rest,
    labels: { ...labels },
    state: toState(state),
    appliedAt: appliedAt ?? undefined,
    applyTookMs: applyTookMs === null ? undefined : Math.max(0, Math.round(applyTookMs)),
    certificateExpiresAt: certificateExpiresAt ?? undefined,
    duplicateOf: duplicateOf ?? undefined,
    quarantined: quarantined.map((each) => ({ ...each, field: '' })),
    reductions: reductions.map((each) => ({ ...each, ids: [...each.ids] })),
    understanding: understanding ? toUnderstanding(understanding) : undefined,
  }
}

function fromNode(node: wire.NodeReport): NodeReport {
  const { state, appliedAt, applyTookMs, syncStatus, applied, desired, ...rest } = node
  return {
    ...rest,
    syncStatus: STATUSES.find((status) => status === syncStatus) ?? 'unknown',
    state: fromState(state),
    applied: applied ?? NOWHERE,
    desired: desired ?? NOWHERE,
    appliedAt: appliedAt ?? null,
    applyTookMs: applyTookMs ?? null,
    certificateExpiresAt: rest.certificateExpiresAt ?? null,
    duplicateOf: rest.duplicateOf ?? null,
    quarantined: rest.quarantined.map(({ kind, id, message }) => ({ kind, id, message })),
    reductions: rest.reductions.map(fromReduction),
    understanding: rest.understanding ? fromUnderstanding(rest.understanding) : null,
  }
}

function fromReduction({ severity, ...rest }: wire.Reduction): Reduction {
  return { ...rest, severity: severity === 'security' ? severity : 'notice' }
}

function toUnderstanding({
  before,
  lacks,
  refusesInsecure,
  unknownKinds = [],
}: Understanding): wire.Understanding {
  return {
    before: before ?? undefined,
    lacks: lacks.map(toReason),
    refusesInsecure,
    unknownKinds: [...unknownKinds],
  }
}

function fromUnderstanding(wired: wire.Understanding): Understanding {
  const { before, lacks, refusesInsecure, unknownKinds } = wired
  const known = { before: before ?? null, lacks: lacks.map(fromReason), refusesInsecure }
  return unknownKinds.length > 0 ? { ...known, unknownKinds } : known
}

function toState(state: NodeState): wire.NodeReport['state'] {
  switch (state.kind) {
    case 'in_sync':
      return { $case: 'inSync', value: {} }
    case 'behind':
      return { $case: 'behind', value: {} }
    case 'offline':
      return { $case: 'offline', value: {} }
    case 'rejected': {
      const { revision, retryable, errors } = state
      return { $case: 'rejected', value: { revision, retryable, errors: [...errors] } }
    }
    case 'withheld':
      return { $case: 'withheld', value: toReason(state.reason) }
  }
}

function fromState(state: wire.NodeReport['state']): NodeState {
  switch (state?.$case) {
    case undefined:
      throw new ProtocolError('a node of a roster has no state, or one that this release does not know')
    case 'inSync':
      return { kind: 'in_sync' }
    case 'behind':
      return { kind: 'behind' }
    case 'offline':
      return { kind: 'offline' }
    case 'rejected':
      return { kind: 'rejected', ...state.value }
    case 'withheld':
      return { kind: 'withheld', reason: fromReason(state.value) }
  }
}
