/** The right to have one snapshot under way. Releasing twice is harmless. */
export interface Slot {
  release(): void
}

/**
 * A bounded number of leases, in the order of asking. A lease also ends by itself: a follower that reads slowly, or never,
 * may lag, but it cannot keep the others from their snapshots.
 */
export class Slots {
  readonly #leaseMs: number
  readonly #queue = new Set<() => void>()
  #free: number

  constructor(count: number, leaseMs: number) {
    this.#free = count
    this.#leaseMs = leaseMs
  }

  /** How many wait for a lease. */
  get waiting(): number {
    return this.#queue.size
  }

  /** Rejects with the signal's reason when that aborts first. The lease ends when the signal aborts, too. */
  async enter(signal: AbortSignal): Promise<Slot> {
    signal.throwIfAborted()
    if (this.#free > 0) this.#free -= 1
    else await this.#turn(signal)
    return this.#lease(signal)
  }

  /** Resolves when a released lease has been passed on to the caller. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abandon = () => {
        this.#queue.delete(admit)
        reject(signal.reason)
      }
      const admit = () => {
        signal.removeEventListener('abort', abandon)
        resolve()
      }
      signal.addEventListener('abort', abandon, { once: true })
      this.#queue.add(admit)
    })
  }

  #lease(signal: AbortSignal): Slot {
    const release = () => {
      if (expiry === null) return
      clearTimeout(expiry)
      expiry = null
      signal.removeEventListener('abort', release)
      this.#passOn()
    }
    let expiry: NodeJS.Timeout | null = setTimeout(release, this.#leaseMs).unref()
    signal.addEventListener('abort', release, { once: true })
    // The signal may have aborted between being admitted and getting here.
    if (signal.aborted) release()
    return { release }
  }

  #passOn(): void {
    const [admit] = this.#queue
    if (admit === undefined) {
      this.#free += 1
      return
    }
    this.#queue.delete(admit)
    admit()
  }
}
