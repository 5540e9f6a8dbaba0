import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseUnavailable } from '@biplane/database'
import { backoff } from '@biplane/service'

/**
 * Does it, and again after growing pauses for as long as the database is away; every other error is thrown at once.
 * Rejects with the signal's reason when that aborts.
 *
 * @param onOutage told of each attempt that failed
 */
export async function patiently<T>(
  signal: AbortSignal,
  work: () => Promise<T>,
  onOutage: (outage: DatabaseUnavailable) => void = () => undefined,
): Promise<T> {
  const began = Date.now()
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof DatabaseUnavailable)) throw error
      onOutage(error)
    }
    const wait = backoff({ attempts, elapsedMs: Date.now() - began, random: Math.random() })
    await pause(wait, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}
