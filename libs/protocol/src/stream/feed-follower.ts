import { setTimeout as pause } from 'node:timers/promises'
import { type Position, samePosition } from '../position.ts'
import type { UpdateSource } from '../source.ts'
import type { Answer, Delta, Snapshot, Update, Withheld } from '../update.ts'
import type { FollowerStream } from './follower-stream.ts'
import { type Backoff, Outage } from './outage.ts'
import { ProtocolError } from './protocol-error.ts'

/** Told what happens to a follower, in order. Status is written from `answered` and `withheld`, never from `offered`. */
export interface FeedObserver {
  offered(update: Snapshot | Delta): void
  answered(answer: Answer, update: Snapshot | Delta): void
  withheld(update: Withheld): void
}

/**
 * Feeds one follower until its stream ends, then rejects with the reason. One update is in flight at most, so a slow
 * follower skips revisions instead of queueing them. What was rejected for its content or withheld is not offered
 * again; the next revision is. After a retryable reject the follower is left in peace for a delay, then offered what is newest.
 *
 * @param backoff how long to wait before anything is offered again after a retryable reject
 */
export async function feedFollower(
  stream: FollowerStream,
  source: UpdateSource,
  observe: FeedObserver,
  backoff: Backoff,
): Promise<never> {
  const outage = new Outage(backoff, () => performance.now())
  let known = stream.hello.position
  let seen: Position | null = null
  while (true) {
    const update: Update = await source.next(known, seen, stream.signal)
    seen = update.to
    if (update.kind === 'withheld') {
      await stream.send(update)
      observe.withheld(update)
      continue
    }
    observe.offered(update)
    await stream.send(update)
    const answer = answerTo(update, await stream.answer())
    observe.answered(answer, update)
    if (answer.kind === 'applied') {
      known = update.to
      outage.over()
    } else if (answer.retryable) {
      // Revisions that come meanwhile do not cut it short: each could mean another whole snapshot for a full disk.
      await leaveInPeace(outage.failed(), stream.signal)
      seen = null
    }
  }
}

async function leaveInPeace(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw error
  })
}

function answerTo(update: Snapshot | Delta, answer: Answer): Answer {
  const { to } = update
  const fits = answer.kind === 'applied' ? samePosition(answer.position, to) : answer.revision === to.revision
  if (fits) return answer
  const { revision, hash } =
    answer.kind === 'applied' ? answer.position : { revision: answer.revision, hash: '' }
  throw new ProtocolError(`${answer.kind} ${revision} ${hash} in answer to ${to.revision} ${to.hash}`)
}
