/** What one wait depends on. */
export interface Failures {
  /** How many attempts have failed in a row, at least 1. */
  readonly attempts: number
  /** Milliseconds since the first of them. */
  readonly elapsedMs: number
  /** From 0 up to but not including 1. */
  readonly random: number
}

const SHORTEST_MS = 100
const LONGEST_AT_FIRST_MS = 2_000
const LONGEST_MS = 30_000
const PATIENCE_MS = 10 * 60_000

/**
 * Milliseconds to wait before the next attempt: full jitter between 0.1 s and a bound that doubles with each failure, up
 * to 2 s. Only after ten minutes may it reach 30 s: a lost peer is mostly back soon, and a thousand followers that lost
 * it together must not return together.
 */
export function backoff({ attempts, elapsedMs, random }: Failures): number {
  const longest = elapsedMs < PATIENCE_MS ? LONGEST_AT_FIRST_MS : LONGEST_MS
  const bound = Math.min(longest, SHORTEST_MS * 2 ** Math.max(1, attempts))
  return SHORTEST_MS + Math.floor(random * (bound - SHORTEST_MS))
}
