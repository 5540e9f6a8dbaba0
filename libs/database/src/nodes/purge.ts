import type { Database } from '../database.ts'

export interface PurgeOptions {
  readonly signal: AbortSignal
  /** Milliseconds after last contact at which a node's row is deleted. */
  readonly purgeDelay: number
  /** Milliseconds between two rounds. */
  readonly every: number
}

/** Deletes the rows of nodes that were not heard of for the purge delay, until the signal aborts. */
export async function runNodePurge(_db: Database, _options: PurgeOptions): Promise<void> {
  throw new Error('not written yet')
}
