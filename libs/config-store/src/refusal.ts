import type { Violation } from '@biplane/protocol'

/** Why the store did not take an update. Nothing of it was kept. */
export interface Refusal {
  readonly kind: 'refused'
  readonly reason: /** The disk is full, or the size that the user allows is used up. */
    | 'full'
    /** The delta does not start where the store stands: only a snapshot, or a delta from the real position, helps. */
    | 'wrong-base'
    /** The content does not have the hash it was announced with. */
    | 'wrong-hash'
    /** Two entities claim one unique value, or an entity cannot be read. */
    | 'content'
  /** True for a lack on this side: the same update can succeed later. */
  readonly retryable: boolean
  /** At least one; those of a reason other than 'content' name no entity. */
  readonly errors: readonly Violation[]
}
