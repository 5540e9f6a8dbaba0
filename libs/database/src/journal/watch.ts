import type { Position } from '@biplane/protocol'
import type { Database } from '../database.ts'

export interface WatchOptions {
  readonly signal: AbortSignal
  /** Called with the first head and with each other one, one at a time, skipping those that were overtaken. */
  readonly onHead: (head: Position) => void | Promise<void>
  /** Milliseconds between two looks; a notification makes one at once. Default 200. */
  readonly pollEvery?: number
}

/** Follows the head until the signal aborts. A lost database is waited for. */
export async function watchHead(_db: Database, _options: WatchOptions): Promise<void> {
  throw new Error('not written yet')
}
