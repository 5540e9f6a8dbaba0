/** Wakes all who wait at once. A set and not an EventEmitter: ten thousand followers leave it in linear time. */
export class Bell {
  readonly #waiting = new Set<() => void>()

  ring(): void {
    const woken = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of woken) wake()
  }

  /** Resolves at the next ring. Rejects with the signal's reason when that aborts first. */
  heard(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const abandon = () => {
        this.#waiting.delete(wake)
        reject(signal.reason)
      }
      const wake = () => {
        signal.removeEventListener('abort', abandon)
        resolve()
      }
      signal.addEventListener('abort', abandon, { once: true })
      this.#waiting.add(wake)
    })
  }
}
