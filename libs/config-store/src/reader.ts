import type { PinnedView } from './view.ts'

/** Reads a store that another thread of this process writes. */
export interface Reader {
  /**
   * Pins the newest revision of a generation (`Store.generation`, or the directory that `SnapshotWriter.seal` gave).
   * The reader closes a generation when another one was pinned since and its last view is released.
   */
  pin(generation: string): PinnedView
  /** Releases all views and closes what is open. */
  close(): Promise<void>
}

export function openReader(): Reader {
  throw new Error('not written yet')
}
