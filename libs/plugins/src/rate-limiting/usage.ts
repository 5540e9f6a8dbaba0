import type { Limits } from '../fields/rate-limits.ts'
import { PERIODS } from '../fields/rate-limits.ts'
import { type Period, resetAfter, SECONDS, windowAt } from './windows.ts'

/** A configured limit, with the names of the headers that tell of it. */
export interface Limit {
  readonly period: Period
  readonly limit: number
  readonly limitHeader: string
  readonly remainingHeader: string
}

/** A limit in the window that a request fell into. */
export interface LimitWindow extends Limit {
  readonly place: number
  /** Seconds since the epoch. */
  readonly start: number
  readonly end: number
}

/** Those that are set, from the shortest period on. */
export function limitsOf(config: Limits): readonly Limit[] {
  return PERIODS.flatMap((period) => {
    const limit = config[period]
    if (limit === null) return []
    const name = period.charAt(0).toUpperCase() + period.slice(1)
    return [
      {
        period,
        limit,
        limitHeader: `X-RateLimit-Limit-${name}`,
        remainingHeader: `X-RateLimit-Remaining-${name}`,
      },
    ]
  })
}

/** The windows of a time, seconds since the epoch: worked out once for all requests of one second. */
export function windowsOf(limits: readonly Limit[]): (now: number) => readonly LimitWindow[] {
  let at = Number.NaN
  let windows: readonly LimitWindow[] = []
  return (now) => {
    if (now === at) return windows
    at = now
    windows = limits.map((limit) => ({ ...limit, ...windowAt(limit.period, now) }))
    return windows
  }
}

/** What became of a request, and what its client is told. */
export interface Usage {
  readonly exceeded: boolean
  /** Names and values in turn. */
  readonly headers: readonly string[]
  /** Seconds until the window of the tightest limit ends. */
  readonly reset: number
}

/**
 * @param used what each window held before this request
 * @param now seconds since the epoch
 */
export function usageOf(windows: readonly LimitWindow[], used: readonly number[], now: number): Usage {
  const exceeded = windows.some(({ limit }, i) => limit - (used[i] ?? 0) <= 0)
  const headers: string[] = []
  let tightest: LimitWindow | undefined
  let left = Number.POSITIVE_INFINITY
  for (const [i, window] of windows.entries()) {
    // A request that is refused is not counted.
    const remaining = Math.max(0, window.limit - (used[i] ?? 0) - (exceeded ? 0 : 1))
    headers.push(window.limitHeader, String(window.limit), window.remainingHeader, String(remaining))
    const isTighter =
      tightest === undefined ||
      remaining < left ||
      (remaining === left && SECONDS[window.period] > SECONDS[tightest.period])
    if (isTighter) [tightest, left] = [window, remaining]
  }
  if (tightest === undefined) return { exceeded, headers, reset: 1 }
  const reset = resetAfter(tightest.period, tightest.start, now)
  headers.push('RateLimit-Limit', String(tightest.limit))
  headers.push('RateLimit-Remaining', String(left))
  headers.push('RateLimit-Reset', String(reset))
  return { exceeded, headers, reset }
}
