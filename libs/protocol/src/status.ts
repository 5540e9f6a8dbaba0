import type { NodeHealth } from './health.ts'
import type { Position } from './position.ts'
import type { Reduction, Understanding } from './reduction.ts'
import type { WithheldReason } from './update.ts'
import type { Violation } from './violation.ts'

/** A plugin and its version, as a control plane announces it and a node reports it. */
export interface PluginVersion {
  readonly name: string
  /** Absent where the side does not know; then it is not compared. */
  readonly version?: string
}

/** What a follower says of itself when it connects. */
export interface Hello {
  /** The node's (or hub's) id: a UUID that outlives restarts. */
  readonly nodeId: string
  /** Random per process: two processes with one node id differ here. */
  readonly instance: string
  /** Grows with every connect of a process, and from one process to the next of the same id: milliseconds of its clock. */
  readonly session: number
  readonly hostname: string
  readonly version: string
  readonly plugins: readonly PluginVersion[]
  readonly labels: Readonly<Record<string, string>>
  readonly position: Position
  /** True for a hub, which carries the whole config and reports the nodes below it. */
  readonly relay: boolean
  /** The kinds of entities that it knows; absent from one of an earlier release, which knows those that its version is sure to. */
  readonly kinds?: readonly string[]
}

/** What a source says of itself before the first update. */
export interface Welcome {
  readonly sourceId: string
  /**
   * Of what the config comes from: to nodes that of their hub, to hubs that of the control plane. '' from a hub that does
   * not know it, since it never followed a feed.
   */
  readonly version: string
  /** The plugins of the control plane, which hubs keep to check nodes against. */
  readonly plugins: readonly PluginVersion[]
  /**
   * To hubs: the ids of the hubs that the config comes through, the source first; none from a feed. Who finds itself there
   * would follow itself.
   */
  readonly path?: readonly string[]
}

/** How a node is, as its hub sees it. Made from the node's answers, never because something was sent. */
export type NodeState =
  | { readonly kind: 'in_sync' }
  | { readonly kind: 'behind' }
  | {
      readonly kind: 'rejected'
      readonly revision: number
      readonly retryable: boolean
      readonly errors: readonly Violation[]
    }
  | { readonly kind: 'withheld'; readonly reason: WithheldReason }
  | { readonly kind: 'offline' }

/** Kong's `sync_status`: compatibility only. */
export type SyncStatus =
  | 'unknown'
  | 'normal'
  | 'kong_version_incompatible'
  | 'plugin_set_incompatible'
  | 'plugin_version_incompatible'
  | 'filter_set_incompatible'

/** One row of a hub's roster: state, not an event. */
export interface NodeReport {
  readonly nodeId: string
  readonly instance: string
  readonly session: number
  readonly hostname: string
  readonly ip: string
  readonly version: string
  readonly labels: Readonly<Record<string, string>>
  readonly syncStatus: SyncStatus
  readonly state: NodeState
  readonly applied: Position
  /** Where the node's view is now; equal to `applied` when in sync. */
  readonly desired: Position
  /** Milliseconds since the epoch; null before the first apply of this session. */
  readonly appliedAt: number | null
  readonly applyTookMs: number | null
  readonly connectedAt: number
  /** When the certificate that the node showed runs out; null where it is not known. */
  readonly certificateExpiresAt: number | null
  /** The id that the node came with, where another node has it; `nodeId` is one made for it then. */
  readonly duplicateOf: string | null
  /** What is left out of what the node is given, since the node rejected it. */
  readonly quarantined: readonly Quarantined[]
  /** What the node is not told, being of an older release; none while it is told nothing at all. */
  readonly reductions: readonly Reduction[]
  /** Null for a node that is turned away whatever the config is. */
  readonly understanding: Understanding | null
}

/** An entity that a node rejected, and why. */
export type Quarantined = Omit<Violation, 'field'>

/**
 * What the connected nodes of a hub have at least, which follows their answers sooner than their rows do: every one of them
 * has applied `revision` or a later one, but for those named, which are few.
 */
export interface Watermark {
  readonly epoch: string
  readonly revision: number
  readonly below: readonly { readonly nodeId: string; readonly revision: number }[]
}

/** A hub's report: on a new connection the whole roster, afterwards what changed. */
export interface RosterReport {
  readonly complete: boolean
  readonly nodes: readonly NodeReport[]
  /** Absent where it is as it was reported last. */
  readonly watermark?: Watermark
  /** Of which hub this is, where it is not of the sender's own nodes but of those of a hub below the sender. */
  readonly hub?: HubReport
  /** The sender is going to stop, and its followers are told to leave it. */
  readonly draining?: boolean
  /** Of nodes whose rows were reported: with the whole roster of all that have told theirs, afterwards where it changed. */
  readonly health?: readonly NodeHealth[]
}

/** A hub that follows another hub, as that one and those above it see it. */
export interface HubReport {
  readonly hubId: string
  /** Of its link to the hub above it, by the clock of the hub below. */
  readonly session: number
  readonly hostname: string
  readonly ip: string
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly connectedAt: number
  /** What its copy has. */
  readonly applied: Position
  /** The hub that it follows. */
  readonly parentId: string
  readonly draining: boolean
  /** It follows that hub no more, or is not heard. Such a report has no roster. */
  readonly gone: boolean
}
