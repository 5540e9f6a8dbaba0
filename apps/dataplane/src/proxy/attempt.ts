import type { AttemptOutcome, Exchange, UpstreamRequest } from '../engine/engine.ts'

/** Methods that are not tried again once an upstream may have seen them. */
const NOT_REPEATABLE = new Set(['POST', 'LOCK', 'PATCH'])

/**
 * Tries an upstream until it responds, `retries` more times at most. What may have reached it is repeated only if it can
 * do no harm and can be sent again: no body that was already read, no method that acts twice.
 */
export async function attemptUpstream(
  exchange: Pick<Exchange, 'attempt' | 'request'>,
  request: UpstreamRequest,
  retries: number,
): Promise<AttemptOutcome> {
  const { hasBody, websocket } = exchange.request
  const repeatable = !NOT_REPEATABLE.has(request.method) && !websocket && (!hasBody || request.body !== null)
  for (let left = retries; ; left--) {
    const outcome = await exchange.attempt(request)
    if (outcome.kind !== 'failed' || outcome.reason === 'unresolved') return outcome
    if (left === 0 || (outcome.sent && !repeatable)) return outcome
  }
}
