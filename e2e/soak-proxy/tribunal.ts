import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { journalAfter } from '../journal-rows.ts'
import type { Outcome } from './ask.ts'
import type { History } from './history.ts'
import { type Facts, judged, revisionOf } from './judge.ts'

export interface Tally {
  readonly right: number
  readonly excused: number
  /** Requests by the status that they were rightly answered with. */
  readonly statuses: ReadonlyMap<number, number>
  /** How old the config of answers was when they were asked for, milliseconds; of some of them. */
  readonly ages: readonly number[]
  /** The revisions that were seen. */
  readonly revisions: ReadonlySet<number>
  readonly faults: readonly string[]
}

/** Judges outcomes as soon as the journal tells of the revision that they are of. */
export class Tribunal {
  readonly #history: History
  readonly #facts: Facts
  readonly #waiting: Outcome[] = []
  readonly #tally = {
    right: 0,
    excused: 0,
    statuses: new Map<number, number>(),
    ages: [] as number[],
    revisions: new Set<number>(),
    faults: [] as string[],
  }

  constructor(history: History, facts: Facts) {
    this.#history = history
    this.#facts = facts
  }

  get tally(): Tally {
    return this.#tally
  }

  take(outcome: Outcome): void {
    if ((revisionOf(outcome) ?? 0) > this.#history.head) this.#waiting.push(outcome)
    else this.#judge(outcome)
  }

  /** Follows the journal until aborted, and some more, so that nothing is left to be judged. */
  async follow(url: string, signal: AbortSignal): Promise<void> {
    const client = new pg.Client(url)
    await client.connect()
    try {
      while (!signal.aborted) {
        await this.read(client)
        await pause(EVERY_MS, undefined, { signal }).catch(() => undefined)
      }
      await this.read(client)
    } finally {
      await client.end()
    }
    for (const outcome of this.#waiting.splice(0))
      this.#fault(outcome, `a revision up to ${this.#history.head}`, `revision ${revisionOf(outcome)}`)
  }

  async read(client: pg.ClientBase): Promise<void> {
    const at = Date.now()
    for (const row of await journalAfter(client, this.#history.head)) this.#history.take(row, at)
    for (const outcome of this.#waiting.splice(0)) this.take(outcome)
  }

  #judge(outcome: Outcome): void {
    const judgement = judged(outcome, this.#history, this.#facts)
    if (judgement.kind === 'wrong') {
      this.#fault(outcome, judgement.expected, judgement.got)
      return
    }
    this.#tally[judgement.kind] += 1
    const { statuses, revisions, ages } = this.#tally
    const status = outcome.answer?.status ?? 0
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    const revision = revisionOf(outcome)
    if (revision === undefined) return
    revisions.add(revision)
    if ((this.#tally.right + this.#tally.excused) % 10 === 0)
      ages.push(this.#history.ageOf(revision, outcome.sentAt))
  }

  #fault({ question, sentAt, endedAt }: Outcome, expected: string, got: string): void {
    const { method, segment, rest, key, bytes } = question
    const when = `${new Date(sentAt).toISOString()} for ${endedAt - sentAt} ms`
    const asked = `${method} /${segment}${rest}${bytes > 0 ? ` with ${bytes} bytes` : ''}, key ${key}`
    this.#tally.faults.push(`${when}, ${asked}\n    expected ${expected}\n    got ${got}`)
  }
}

const EVERY_MS = 50
