import type { AttemptOutcome, Exchange, IncomingRequest, UpstreamRequest } from '../engine/engine.ts'
import type { NextTry, Tries, Try } from '../upstreams/upstreams.ts'

/** Methods that are not tried again once an upstream may have seen them. */
const NOT_REPEATABLE = new Set(['POST', 'LOCK', 'PATCH'])

export type Attempted =
  | AttemptOutcome
  /** There was nowhere to go, at once or after other tries. */
  | { readonly kind: 'nowhere'; readonly why: Exclude<NextTry, { kind: 'try' }>; readonly tried: boolean }

export interface Attempting {
  readonly tries: Tries
  /** How often more than once. */
  readonly retries: number
  /** The request as it goes there, told before each try. */
  readonly requestTo: (to: Try) => UpstreamRequest
}

/** The part of an exchange that tries need. */
export interface Attempter extends Pick<Exchange, 'attempt'> {
  readonly request: Pick<IncomingRequest, 'hasBody'>
}

/**
 * Tries upstreams until one responds. What may have reached one is repeated only if it can do no harm and can be sent
 * again: no body that was already read, no method that acts twice.
 */
export async function attemptUpstream(
  exchange: Attempter,
  { tries, retries, requestTo }: Attempting,
): Promise<Attempted> {
  const { hasBody } = exchange.request
  for (let left = retries; ; left--) {
    const given = tries.next()
    const next = given instanceof Promise ? await given : given
    if (next.kind !== 'try') return { kind: 'nowhere', why: next, tried: left < retries }
    const { to } = next
    const request = requestTo(to)
    const outcome = await exchange.attempt(request)
    if (outcome.kind === 'responded') to.answered(outcome.response.status)
    if (outcome.kind === 'crowded' && left > 0) {
      to.over()
      continue
    }
    if (outcome.kind !== 'failed') return outcome
    const repeatable = !NOT_REPEATABLE.has(request.method) && (!hasBody || request.body !== null)
    const isLast = left === 0 || (outcome.sent && !repeatable)
    to.failed(outcome.reason, isLast)
    if (isLast) return outcome
  }
}
