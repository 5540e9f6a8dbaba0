/** Something to be stopped, by the name that a log line gives it. */
interface Stop {
  readonly name: string
  readonly stop: () => unknown
}

/** How stopping went. */
export type Stopped =
  | { readonly kind: 'clean' }
  /** What failed to stop, with its error. */
  | {
      readonly kind: 'failed'
      readonly failures: readonly { readonly name: string; readonly error: unknown }[]
    }
  /** What had not stopped when the time was over, the one that was being stopped first. */
  | { readonly kind: 'late'; readonly names: readonly string[] }

/** What a process has opened, to be closed in reverse order. */
export class Lifecycle {
  readonly #stops: Stop[] = []
  readonly #aborter = new AbortController()

  /** Aborts as soon as stopping begins, before anything is closed. */
  get signal(): AbortSignal {
    return this.#aborter.signal
  }

  onStop(name: string, stop: () => unknown): void {
    this.#stops.push({ name, stop })
  }

  /** Stops everything, one after the other, within `ms` milliseconds altogether. A failure does not keep the rest open. */
  async stop(ms: number): Promise<Stopped> {
    this.#aborter.abort()
    const failures: { name: string; error: unknown }[] = []
    let current: Stop | undefined
    const all = async (): Promise<Stopped> => {
      for (current = this.#stops.pop(); current !== undefined; current = this.#stops.pop()) {
        try {
          await current.stop()
        } catch (error) {
          failures.push({ name: current.name, error })
        }
      }
      return failures.length === 0 ? { kind: 'clean' } : { kind: 'failed', failures }
    }
    const names = (): string[] =>
      [...(current ? [current] : []), ...this.#stops.toReversed()].map(({ name }) => name)
    const late = after(ms, () => ({ kind: 'late' as const, names: names() }))
    try {
      return await Promise.race([all(), late.promise])
    } finally {
      late.cancel()
    }
  }
}

function after<T>(ms: number, make: () => T): { promise: Promise<T>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<T>()
  const timer = setTimeout(() => resolve(make()), ms)
  return { promise, cancel: () => clearTimeout(timer) }
}
