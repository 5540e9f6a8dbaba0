import type { EncodedChange } from './change.ts'
import type { Position } from './position.ts'
import type { Violation } from './violation.ts'

/** What a source sends to a follower: everything, what changed since `from`, or the reason why nothing can be sent. */
export type Update = Snapshot | Delta | Withheld

export interface Snapshot {
  readonly kind: 'snapshot'
  readonly to: Position
  readonly body: Body
}

export interface Delta {
  readonly kind: 'delta'
  readonly from: Position
  readonly to: Position
  readonly body: Body
}

export interface Withheld {
  readonly kind: 'withheld'
  readonly to: Position
  readonly reason: WithheldReason
}

/** The encoded changes of an update. One body serves all followers of a view, so reading it does not consume it. */
export interface Body {
  readonly encoding: 'identity' | 'zstd'
  /** Bytes of all chunks together, as they travel. */
  readonly size: number
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

/** Why a follower gets no config. `kind` of a compatibility reason is Kong's `sync_status` value. */
export interface WithheldReason {
  readonly kind:
    | 'kong_version_incompatible'
    | 'plugin_set_incompatible'
    | 'plugin_version_incompatible'
    | 'filter_set_incompatible'
    /** The source has no config itself yet. */
    | 'source_empty'
  /** One sentence for an operator: what does not fit, and on which side. */
  readonly message: string
  /** The plugin, filter, or entity at fault, where there is one. */
  readonly subject?: string
}

/** A decoded update on the follower's side. `changes` may be read once. */
export interface IncomingUpdate {
  readonly kind: 'snapshot' | 'delta'
  readonly from: Position
  readonly to: Position
  readonly changes: AsyncIterable<EncodedChange>
}

/** What a follower says of an update. */
export type Answer =
  | { readonly kind: 'applied'; readonly position: Position; readonly tookMs: number }
  | {
      readonly kind: 'rejected'
      readonly revision: number
      /** True for a lack on this side, such as a full disk: the source offers the update again, with back-off. */
      readonly retryable: boolean
      readonly errors: readonly Violation[]
    }
