import type { Facilities, Kept } from '../facilities.ts'
import { type LimitStore, type StoredWindow, windowKey } from './limit-store.ts'
import { RedisClient, type RedisSettings } from './redis-client.ts'

/** Counters that all nodes share: asked with every request, in one script, so that they are exact. */
export class RedisStore implements LimitStore, Kept {
  readonly #redis: RedisClient
  readonly #now: () => number

  constructor(settings: RedisSettings, { log, now }: Pick<Facilities, 'log' | 'now'>) {
    this.#redis = new RedisClient(settings, log)
    this.#now = now
  }

  take(key: string, windows: readonly StoredWindow[]): Promise<readonly number[]> {
    const keys = windows.map((window) => windowKey(key, window))
    const limits = windows.map(({ limit }) => limit)
    return this.#redis.take(
      keys,
      limits,
      windows.map((window) => lifeOf(window, this.#now())),
    )
  }

  async close(): Promise<void> {
    this.#redis.close()
  }
}

/** Seconds until a window is over for every node, also for one whose clock is a little late. @param nowMs since the epoch */
export function lifeOf({ end }: StoredWindow, nowMs: number): number {
  return Math.max(1, end - Math.floor(nowMs / 1000)) + 1
}
