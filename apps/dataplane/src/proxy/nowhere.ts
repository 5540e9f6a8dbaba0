import type { CompiledService } from '../runtime/compiled-service.ts'
import { dnsError } from '../upstreams/dns-error.ts'
import { type Answer, gatewayError, serverError } from './answer.ts'
import type { Attempted } from './attempt.ts'
import type { Visit } from './visit.ts'

/** The answer to a request that could not be sent anywhere, or not once more. */
export function nowhereAnswer(
  { why, tried }: Extract<Attempted, { kind: 'nowhere' }>,
  visit: Visit,
  { fields: { id: service, host } }: CompiledService,
): Answer {
  const { log } = visit.environment
  const said = why.kind === 'unresolved' ? { reason: dnsError(why.reason) } : {}
  log.warn({ service, host, ...said }, LINES[why.kind])
  if (tried)
    return serverError(503, 'The upstream server is currently unavailable', visit.asker, 'upstream-failure')
  switch (why.kind) {
    case 'no-peer':
      return gatewayError(503, 'failure to get a peer from the ring-balancer', visit.asker)
    case 'not-found':
      return gatewayError(503, 'name resolution failed', visit.asker)
    case 'unresolved':
      return gatewayError(
        500,
        `failed the initial dns/balancer resolve for '${host}' with: ${said.reason}`,
        visit.asker,
      )
  }
}

/** What an operator looks for when clients get 500 or 503. */
const LINES = {
  'no-peer': 'an upstream has no target that can be used',
  'not-found': 'the host of a service does not resolve',
  unresolved: 'the host of a service cannot be resolved',
} as const
