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

export function windowsAt(limits: readonly Limit[], now: number): readonly LimitWindow[] {
  return limits.map((limit) => ({ ...limit, ...windowAt(limit.period, now) }))
}

/** What became of a request, and what its client is told. */
export interface Usage {
  readonly exceeded: boolean
  readonly headers: Readonly<Record<string, string>>
  /** Seconds until the window of the tightest limit ends. */
  readonly reset: number
}

/**
 * @param used what each window held before this request
 * @param now seconds since the epoch
 */
export function usageOf(windows: readonly LimitWindow[], used: readonly number[], now: number): Usage {
  const exceeded = windows.some(({ limit }, i) => limit - (used[i] ?? 0) <= 0)
  const headers: Record<string, string> = {}
  let tightest: (LimitWindow & { readonly remaining: number }) | undefined
  windows.forEach((window, i) => {
    // A request that is refused is not counted.
    const left = window.limit - (used[i] ?? 0) - (exceeded ? 0 : 1)
    const remaining = Math.max(0, left)
    headers[window.limitHeader] = String(window.limit)
    headers[window.remainingHeader] = String(remaining)
    const isTighter =
      tightest === undefined ||
      remaining < tightest.remaining ||
      (remaining === tightest.remaining && SECONDS[window.period] > SECONDS[tightest.period])
    if (isTighter) tightest = { ...window, remaining }
  })
  if (tightest === undefined) return { exceeded, headers, reset: 1 }
  const reset = resetAfter(tightest.period, tightest.start, now)
  headers['RateLimit-Limit'] = String(tightest.limit)
  headers['RateLimit-Remaining'] = String(tightest.remaining)
  headers['RateLimit-Reset'] = String(reset)
  return { exceeded, headers, reset }
}
