/** How long to wait after some failures in a row; `backoff` of the service library fits. */
export type Backoff = (failures: {
  readonly attempts: number
  /** Since the first of them. */
  readonly elapsedMs: number
  /** From 0 up to but not including 1. */
  readonly random: number
}) => number

/** Counts failures in a row. */
export class Outage {
  readonly #backoff: Backoff
  readonly #now: () => number
  #attempts = 0
  #since = 0

  constructor(backoff: Backoff, now: () => number) {
    this.#backoff = backoff
    this.#now = now
  }

  /** One more failure: returns the milliseconds to wait before the next attempt. */
  failed(): number {
    const now = this.#now()
    if (this.#attempts === 0) this.#since = now
    this.#attempts += 1
    return this.#backoff({ attempts: this.#attempts, elapsedMs: now - this.#since, random: Math.random() })
  }

  /** A success: the next failure is the first again. */
  over(): void {
    this.#attempts = 0
  }
}
