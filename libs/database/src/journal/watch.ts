import { type Position, samePosition } from '@biplane/protocol'
import type { Database } from '../database.ts'
import { DatabaseUnavailable } from '../failure.ts'
import { listen } from '../listen.ts'
import { readHead } from './head.ts'
import { CHANNEL } from './hint.ts'

export interface WatchOptions {
  readonly signal: AbortSignal
  /** Called with the first head and with each other one, one at a time, skipping those that were overtaken. */
  readonly onHead: (head: Position) => void | Promise<void>
  /** Told of each look: why the database did not answer, or null when it did. */
  readonly onLook?: (outage: DatabaseUnavailable | null) => void
  /** Milliseconds between two looks; a notification makes one at once. Default 200. */
  readonly pollEvery?: number
}

/** Follows the head until the signal aborts. A lost database is waited for. Looking is the truth, a notification only a hint. */
export async function watchHead(db: Database, options: WatchOptions): Promise<void> {
  const { signal, onHead, onLook, pollEvery = 200 } = options
  const alarm = new Alarm()
  const listening = listen(db, signal, {
    channel: CHANNEL,
    onMessage: () => alarm.ring(),
    onConnect: () => alarm.ring(),
  })
  let head: Position | undefined
  while (!signal.aborted) {
    const next = await lookAt(db, onLook)
    if (next !== undefined && (head === undefined || !samePosition(head, next))) {
      head = next
      await onHead(next)
    }
    await alarm.wait(pollEvery, signal)
  }
  await listening
}

async function lookAt(db: Database, onLook: WatchOptions['onLook']): Promise<Position | undefined> {
  try {
    const head = await readHead(db)
    onLook?.(null)
    return head
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error
    db.log.debug({ err: error }, 'the head of the journal cannot be read now')
    onLook?.(error)
    return undefined
  }
}

/** A wait that a ring ends early; a ring that comes before the wait is not lost. */
class Alarm {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const timer = setTimeout(wake, ms)
        this.#wake = wake
        signal.addEventListener('abort', wake, { once: true })
      })
    }
    this.#rung = false
  }
}
