import type { Kept } from '@biplane/plugins/handlers'

/** What plugins of a worker keep beyond a config, by key. */
export class KeptThings {
  readonly #things = new Map<string, { readonly thing: Kept; askedAt: number }>()
  readonly #now: () => number
  readonly #failed: (error: unknown) => void
  readonly #sweeping: NodeJS.Timeout

  /**
   * @param now milliseconds, of a clock that never goes back
   * @param failed told what a thing throws when it is closed
   */
  constructor(now: () => number, failed: (error: unknown) => void) {
    this.#now = now
    this.#failed = failed
    this.#sweeping = setInterval(() => this.sweep(), UNASKED_MS / 10).unref()
  }

  keep<T extends Kept>(key: string, open: () => T): T {
    const known = this.#things.get(key)
    if (known === undefined) {
      const thing = open()
      this.#things.set(key, { thing, askedAt: this.#now() })
      return thing
    }
    known.askedAt = this.#now()
    // Keys begin with the plugin's name, and a plugin opens things of one type under a key.
    return known.thing as T
  }

  /** Closes what nobody has asked for in a while: its config is gone. */
  sweep(): void {
    for (const [key, { thing, askedAt }] of this.#things) {
      if (this.#now() - askedAt < UNASKED_MS) continue
      this.#things.delete(key)
      void this.#close(thing)
    }
  }

  /** Closes everything; resolves when all is closed, or after this time. */
  async close(withinMs: number): Promise<void> {
    clearInterval(this.#sweeping)
    const things = [...this.#things.values()]
    this.#things.clear()
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, withinMs)
    await Promise.race([Promise.all(things.map(({ thing }) => this.#close(thing))), late.promise])
    clearTimeout(timer)
  }

  async #close(thing: Kept): Promise<void> {
    try {
      await thing.close()
    } catch (error) {
      this.#failed(error)
    }
  }
}

const UNASKED_MS = 600_000
