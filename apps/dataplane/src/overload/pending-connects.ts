/** A connection that takes longer is not one of many that were wanted at the same moment. */
const STUCK_MS = 1000

/**
 * The connections that a worker is opening, by the address that they go to. An address that answers nobody would take
 * sockets, and the requests that wait for them, from all others.
 */
export class PendingConnects {
  readonly #bound: number
  readonly #now: () => number
  readonly #pending = new Map<string, Set<{ readonly since: number }>>()

  /** @param bound how many may go to one address when it does not answer @param now milliseconds */
  constructor(bound: number, now: () => number) {
    this.#bound = bound
    this.#now = now
  }

  /** Notes one more; to be told when it is open, or given up. */
  begin(address: string): () => void {
    const connect = { since: this.#now() }
    const pending = this.#pending.get(address) ?? new Set()
    this.#pending.set(address, pending.add(connect))
    return () => {
      pending.delete(connect)
      if (pending.size === 0 && this.#pending.get(address) === pending) this.#pending.delete(address)
    }
  }

  get areAny(): boolean {
    return this.#pending.size > 0
  }

  /** Whether no other one may go there now. */
  isCrowded(address: string): boolean {
    const pending = this.#pending.get(address)
    if (pending === undefined || pending.size < this.#bound) return false
    const [oldest] = pending
    return oldest !== undefined && this.#now() - oldest.since >= STUCK_MS
  }
}
