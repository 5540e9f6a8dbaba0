import type { Database } from '../database.ts'

export interface RetentionOptions {
  readonly signal: AbortSignal
  /** Revisions and milliseconds that the journal keeps; what exceeds either is deleted, except the head's row. */
  readonly keepRevisions: number
  readonly keepFor: number
  /** Milliseconds between two rounds. */
  readonly every: number
}

/** Trims the journal until the signal aborts, in batches, one instance at a time. */
export async function runRetention(_db: Database, _options: RetentionOptions): Promise<void> {
  throw new Error('not written yet')
}
