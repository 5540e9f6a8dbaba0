import type { Position } from './position.ts'
import type { Update } from './update.ts'

/** The config as a source offers it to its followers: the whole contract between deciding what to send and carrying it. */
export interface UpdateSource {
  /**
   * What takes a follower from `known` to now, as soon as now is other than `seen`. It tests and waits in one step, so a
   * change that lands in between cannot be lost. Rejects with the signal's reason when that aborts.
   *
   * @param known what the follower has applied
   * @param seen the newest position it was already offered (applied, rejected or withheld); null offers at once unless
   * `known` is current, in which case it waits for the next change
   */
  next(known: Position, seen: Position | null, signal: AbortSignal): Promise<Update>
}
