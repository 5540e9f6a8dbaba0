import type { Store } from '@biplane/config-store'
import type { TargetHealth } from '@biplane/entities'
import { type Answer, describeViolation, type IncomingUpdate, type Violation } from '@biplane/protocol'
import type { Logger, News } from '@biplane/service'
import type { Exclusive } from '../workers/exclusive.ts'
import { STOPPING } from '../workers/messages.ts'
import type { CheckChange } from './check-change.ts'
import { type Destination, destinationOf, type Rejection, type Workers } from './destination.ts'
import { NewMarks } from './new-marks.ts'

export interface Reconfiguration {
  readonly store: Store
  readonly workers: Workers
  readonly check: CheckChange
  readonly marks: MarkedTargets
  readonly exclusive: Exclusive
  readonly log: Logger
  /** Of why updates are rejected: one that cannot be stored is offered again every second or two. */
  readonly news: News
  /** Aborts when the node is about to stop: what is not saved by then is not waited for. */
  readonly stopping: AbortSignal
}

/** What is thought of targets because somebody said so. */
export interface MarkedTargets {
  /** The word of this id that the node has. */
  known(id: string): Uint8Array | undefined
  say(marks: readonly TargetHealth[]): Promise<void>
  /** What is told of the health of upstreams may be another thing now. */
  changed(): void
}

const MOST_ERRORS = 50
const GIVEN_UP: Rejection = { retryable: true, errors: [STOPPING] }

/**
 * Applies an update: validate, prepare in every worker, save, swap in every worker. Whatever fails before it is saved
 * leaves everything as it was; once it is saved, it is what every worker serves, replaced ones included.
 */
export function reconfigure(parts: Reconfiguration, update: IncomingUpdate): Promise<Answer> {
  return parts.exclusive.run(async () => {
    const started = performance.now()
    const { store, workers, check, marks, log, news, stopping } = parts
    const { kind, to } = update
    const destination = destinationOf(update, store, workers)
    const said = new NewMarks(marks.known)
    try {
      const rejection =
        (await validate(update, check, destination, said)) ??
        (stopping.aborted ? GIVEN_UP : await destination.prepare()) ??
        (stopping.aborted ? GIVEN_UP : await destination.save())
      if (rejection !== null) return rejected(update, rejection, parts)
      await workers.swap(store.generation, to)
      if (said.all.length > 0) await marks.say(said.all)
      if (said.concernsHealth) marks.changed()
      if (kind === 'snapshot') await store.removeOldGenerations()
    } finally {
      await destination.discard()
    }
    news.over()
    const tookMs = performance.now() - started
    const level = kind === 'snapshot' ? 'info' : 'debug'
    log[level]({ kind, revision: to.revision, tookMs }, `revision ${to.revision} is served, by a ${kind}`)
    return { kind: 'applied', position: to, tookMs }
  })
}

/** Reads the whole update, so that one answer can name everything that is wrong with it. */
async function validate(
  update: IncomingUpdate,
  check: CheckChange,
  destination: Destination,
  said: NewMarks,
): Promise<Rejection | null> {
  const errors: Violation[] = []
  for await (const encoded of update.changes) {
    const checked = check(encoded)
    if (checked.kind === 'invalid') errors.push(checked.error)
    else if (errors.length === 0) {
      destination.take(checked.change, encoded)
      said.take(checked.change, encoded)
    }
    if (errors.length >= MOST_ERRORS) break
  }
  return errors.length === 0 ? null : { retryable: false, errors }
}

function rejected(
  { kind, to }: IncomingUpdate,
  { retryable, errors }: Rejection,
  { log, news, stopping }: Reconfiguration,
): Answer {
  const { revision } = to
  const [first] = errors
  const cause = first ? `: ${describeViolation(first)}` : ''
  const level = !retryable || news.is(cause) ? 'error' : 'debug'
  log[stopping.aborted ? 'info' : level](
    { kind, revision, retryable, errors: errors.slice(0, 5) },
    `revision ${revision} was rejected${cause}; the config before it stays in force`,
  )
  return { kind: 'rejected', revision, retryable, errors }
}
