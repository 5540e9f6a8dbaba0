import type { Log } from './log.ts'

const QUIET_MS = 60_000
/** Somebody who comes from more addresses is told of more often. */
const REMEMBERED = 1000

/** Says the same of the same peer once a minute: one that is refused tries again for as long as it lives. */
export class SparseLines {
  readonly #log: Log
  readonly #saidAt = new Map<string, number>()

  constructor(log: Log) {
    this.#log = log
  }

  warn(peer: string, fields: object, message: string): void {
    if (this.#isNews(peer, message)) this.#log.warn({ peer, ...fields }, message)
  }

  error(peer: string, fields: object, message: string): void {
    if (this.#isNews(peer, message)) this.#log.error({ peer, ...fields }, message)
  }

  #isNews(peer: string, message: string): boolean {
    const now = performance.now()
    const key = `${peer} ${message}`
    const before = this.#saidAt.get(key)
    if (before !== undefined && now - before < QUIET_MS) return false
    this.#saidAt.delete(key)
    this.#saidAt.set(key, now)
    const [oldest] = this.#saidAt.keys()
    if (this.#saidAt.size > REMEMBERED && oldest !== undefined) this.#saidAt.delete(oldest)
    return true
  }
}
