import type { UpdateSource } from '../source.ts'
import type { Answer, Delta, Snapshot, Withheld } from '../update.ts'
import type { FollowerStream } from './follower-stream.ts'

/** Told what happens to a follower, in order. Status is written from `answered` and `withheld`, never from `offered`. */
export interface FeedObserver {
  offered(update: Snapshot | Delta): void
  answered(answer: Answer, update: Snapshot | Delta): void
  withheld(update: Withheld): void
}

/**
 * Feeds one follower until its stream ends, then rejects with the reason. One update is in flight at most, so a slow
 * follower skips revisions instead of queueing them. What was rejected for its content or withheld is not offered
 * again; the next revision is. A retryable reject is offered again after a delay, or at once on a newer revision.
 *
 * @param delays a fresh sequence of milliseconds between offers of an update that was rejected as retryable
 */
export function feedFollower(
  _stream: FollowerStream,
  _source: UpdateSource,
  _observe: FeedObserver,
  _delays?: () => { next(): number },
): Promise<void> {
  throw new Error('not built yet')
}
