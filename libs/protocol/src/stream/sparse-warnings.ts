import type { Log } from './log.ts'

const QUIET_MS = 60_000
/** Somebody who comes from more addresses is warned of more often. */
const REMEMBERED = 1000

/** Warns once a minute of the same peer in the same words: one that is refused tries again for as long as it lives. */
export class SparseWarnings {
  readonly #log: Log
  readonly #warnedAt = new Map<string, number>()

  constructor(log: Log) {
    this.#log = log
  }

  warn(peer: string, fields: object, message: string): void {
    const now = performance.now()
    const key = `${peer} ${message}`
    const before = this.#warnedAt.get(key)
    if (before !== undefined && now - before < QUIET_MS) return
    this.#warnedAt.delete(key)
    this.#warnedAt.set(key, now)
    const [oldest] = this.#warnedAt.keys()
    if (this.#warnedAt.size > REMEMBERED && oldest !== undefined) this.#warnedAt.delete(oldest)
    this.#log.warn({ peer, ...fields }, message)
  }
}
