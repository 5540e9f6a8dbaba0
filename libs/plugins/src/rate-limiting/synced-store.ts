import type { Facilities, Kept } from '../facilities.ts'
import { type LimitStore, type StoredWindow, windowKey } from './limit-store.ts'
import { RedisClient, type RedisSettings } from './redis-client.ts'
import { lifeOf } from './redis-store.ts'

/** How many windows a worker remembers; of more, those that were told are asked for anew. */
const MOST_WINDOWS = 100_000

interface Counted {
  readonly window: StoredWindow
  /** What all nodes had counted when they were last asked. */
  known: number
  /** What this worker has counted since, and not told. */
  untold: number
}

/**
 * Counters that all nodes share, asked every so many seconds (`sync_rate`): between two times each worker counts by itself,
 * so that together they may let through more than the limit. A Redis that is gone is told later.
 */
export class SyncedStore implements LimitStore, Kept {
  readonly #redis: RedisClient
  readonly #facilities: Pick<Facilities, 'log' | 'now'>
  readonly #everyMs: number
  readonly #counted = new Map<string, Counted>()
  #timer: NodeJS.Timeout | undefined

  constructor(
    settings: RedisSettings,
    { syncRate, ...facilities }: Pick<Facilities, 'log' | 'now'> & { readonly syncRate: number },
  ) {
    this.#redis = new RedisClient(settings, facilities.log)
    this.#facilities = facilities
    this.#everyMs = syncRate * 1000
  }

  async take(key: string, windows: readonly StoredWindow[]): Promise<readonly number[]> {
    const keys = windows.map((window) => windowKey(key, window))
    const missing = windows.flatMap((window, i) => {
      const name = keys[i] ?? ''
      return this.#counted.has(name) ? [] : [{ name, window }]
    })
    if (missing.length > 0) await this.#learn(missing)
    const counted = keys.flatMap((name) => this.#counted.get(name) ?? [])
    // Forgotten while others were asked for.
    if (counted.length < keys.length) return this.take(key, windows)
    const used = counted.map(({ known, untold }) => known + untold)
    if (windows.every(({ limit }, i) => (used[i] ?? 0) < limit)) {
      for (const one of counted) one.untold += 1
      this.#timer ??= setTimeout(() => void this.#sync(), this.#everyMs).unref()
    }
    return used
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#sync()
    this.#redis.close()
  }

  async #learn(missing: readonly { readonly name: string; readonly window: StoredWindow }[]): Promise<void> {
    const found = await this.#redis.read(missing.map(({ name }) => name))
    for (const [i, { name, window }] of missing.entries()) {
      // Another request may have learnt it meanwhile, and counted.
      if (!this.#counted.has(name)) this.#counted.set(name, { window, known: found[i] ?? 0, untold: 0 })
    }
  }

  async #sync(): Promise<void> {
    this.#timer = undefined
    const now = this.#facilities.now()
    await Promise.all([...this.#counted].map(([name, counted]) => this.#tell(name, counted, now)))
    this.#forget()
    const isUntold = [...this.#counted.values()].some(({ untold }) => untold > 0)
    if (isUntold) this.#timer ??= setTimeout(() => void this.#sync(), this.#everyMs).unref()
  }

  #forget(): void {
    for (const [name, { untold }] of this.#counted) {
      if (this.#counted.size <= MOST_WINDOWS) return
      if (untold === 0) this.#counted.delete(name)
    }
  }

  async #tell(name: string, counted: Counted, now: number): Promise<void> {
    const { untold, window } = counted
    if (window.end * 1000 <= now) {
      this.#counted.delete(name)
      return
    }
    if (untold === 0) return
    try {
      counted.known = await this.#redis.add(name, untold, lifeOf(window, now))
      counted.untold -= untold
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error)
      this.#facilities.log.debug({ cause }, 'rate-limiting could not tell its Redis what it counted')
    }
  }
}
