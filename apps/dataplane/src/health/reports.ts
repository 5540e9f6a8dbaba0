import type { TryOutcome } from '../upstreams/health.ts'
import type { Report } from './address-health.ts'
import { type Checks, reportOfStatus } from './checks.ts'

/** What a probe came to. `connected` is all that one of type tcp wants. */
export type ProbeOutcome =
  | { readonly kind: 'connected' | 'timeout' | 'broken' }
  /** @property status 0 for an answer that has none */
  | { readonly kind: 'answered'; readonly status: number }

/**
 * What a request says of the address it went to. Source: Kong, which looks at the status of the upstream when all tries are
 * over: a 504 is a timeout, be it the upstream's own, and a connection that broke in the last try a 502.
 * Streams have no status: each connection that was not made counts, also in the last try, and each that was is a success.
 */
export function passiveReport(outcome: TryOutcome, checks: Checks): Report | undefined {
  switch (outcome.kind) {
    case 'timeout':
      return 'timeout'
    case 'broken':
      return outcome.last ? reportOfStatus(502, checks) : 'tcp failure'
    case 'connected':
      return 'success'
    case 'answered':
      return outcome.status === 504 ? 'timeout' : reportOfStatus(outcome.status, checks)
  }
}

export function activeReport(outcome: ProbeOutcome, checks: Checks): Report | undefined {
  switch (outcome.kind) {
    case 'connected':
      return 'success'
    case 'timeout':
      return 'timeout'
    case 'broken':
      return 'tcp failure'
    case 'answered':
      return outcome.status === 0 ? 'http failure' : reportOfStatus(outcome.status, checks)
  }
}
