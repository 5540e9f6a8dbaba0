import type { Repository } from './repository.ts'

export interface SweeperOptions {
  readonly signal: AbortSignal
  /** Milliseconds between two rounds. */
  readonly every: number
}

/** Deletes expired credentials as ordinary journaled writes, until the signal aborts, one instance at a time. */
export async function runSweeper(_repository: Repository, _options: SweeperOptions): Promise<void> {
  throw new Error('not written yet')
}
