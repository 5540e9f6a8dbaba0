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
 * again; the next revision is. A retryable reject is offered again after a delay, or at once on a newer revision.
 *
 * @param backoff how long to wait before an update that was rejected as retryable is offered again
 */
export async function feedFollower(
  stream: FollowerStream,
  source: UpdateSource,
  observe: FeedObserver,
  backoff: Backoff,
): Promise<never> {
  const outage = new Outage(backoff, Date.now)
  let known = stream.hello.position
  let seen: Position | null = null
  let again: number | null = null
  while (true) {
    const update: Update = await nextUpdate(source, { known, seen, again }, stream.signal)
    seen = update.to
    again = null
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
      again = outage.failed()
    }
  }
}

interface Progress {
  readonly known: Position
  readonly seen: Position | null
  /** Milliseconds after which what was seen is offered once more; null never. */
  readonly again: number | null
}

async function nextUpdate(source: UpdateSource, at: Progress, signal: AbortSignal): Promise<Update> {
  if (at.again === null) return source.next(at.known, at.seen, signal)
  const wait = new AbortController()
  const timer = setTimeout(() => wait.abort(), at.again)
  try {
    return await source.next(at.known, at.seen, AbortSignal.any([signal, wait.signal]))
  } catch (error) {
    if (signal.aborted || !wait.signal.aborted) throw error
  } finally {
    clearTimeout(timer)
  }
  return source.next(at.known, null, signal)
}

function answerTo(update: Snapshot | Delta, answer: Answer): Answer {
  const { to } = update
  const fits = answer.kind === 'applied' ? samePosition(answer.position, to) : answer.revision === to.revision
  if (fits) return answer
  const { revision, hash } =
    answer.kind === 'applied' ? answer.position : { revision: answer.revision, hash: '' }
  throw new ProtocolError(`${answer.kind} ${revision} ${hash} in answer to ${to.revision} ${to.hash}`)
}
