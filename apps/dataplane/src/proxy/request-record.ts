import type { RecordedAttempt, RequestRecord } from '@biplane/plugins/handlers'
import type { AttemptOutcome } from '../engine/engine.ts'
import { OVERLOADED_STATUS } from '../overload/answer.ts'
import type { Tries } from '../upstreams/upstreams.ts'
import type { Attempter } from './attempt.ts'
import type { Visit } from './visit.ts'

/** What became known on the way to the upstream, for those who tell of requests. */
export class UpstreamStory {
  attempts: RecordedAttempt[] | null = null
  target = ''
  requestHeaders: RequestRecord['requestHeaders'] | null = null

  /** Notes the attempts that are made through what it returns. @param now milliseconds since the epoch */
  follow(
    exchange: Attempter,
    tries: Tries,
    now: () => number,
  ): { readonly exchange: Attempter; readonly tries: Tries } {
    const attempts: RecordedAttempt[] = []
    this.attempts = attempts
    let startedAt = 0
    return {
      tries: {
        next: () => {
          startedAt = now()
          return tries.next()
        },
      },
      exchange: {
        request: exchange.request,
        attempt: async (request) => {
          const begun = { startedAt, choosingMs: Math.max(0, now() - startedAt) }
          const outcome = await exchange.attempt(request)
          const { host: ip, port } = request
          attempts.push({ ip, port, ...begun, ...resultOf(outcome) })
          this.target = request.target
          return outcome
        },
      },
    }
  }
}

function resultOf(outcome: AttemptOutcome): Pick<RecordedAttempt, 'status' | 'failed'> {
  switch (outcome.kind) {
    case 'responded':
      return { status: outcome.response.status, failed: false }
    case 'failed':
      return { status: outcome.reason === 'timeout' ? 504 : 502, failed: true }
    case 'crowded':
      return { status: OVERLOADED_STATUS, failed: true }
    default:
      return { status: CLIENT_GONE, failed: false }
  }
}

/** What nginx notes where the client did not wait for an answer. */
export const CLIENT_GONE = 499

/** To be called when all is over. */
export function recordOf(visit: Visit): RequestRecord {
  const { context, environment, exchange, story, startedAt, forwardedAt, respondedAt } = visit
  const { received, sent, tls } = exchange.traffic
  const { scheme, host, port, target, headers } = context.request
  const endedAt = environment.clock()
  const spent = Math.round(endedAt - startedAt)
  const waited =
    forwardedAt === undefined || respondedAt === undefined ? -1 : Math.round(respondedAt - forwardedAt)
  return {
    startedAt: Math.round(environment.facilities.now() - (endedAt - startedAt)),
    url: `${scheme}://${host ?? ''}:${portOf(visit.host) ?? port}${target}`,
    requestBytes: received,
    responseBytes: sent,
    requestHeaders: story.requestHeaders ?? [...headers.entries()],
    upstreamTarget: story.target,
    latencies: {
      gateway: waited < 0 ? spent : Math.max(0, spent - waited),
      upstream: waited,
      request: spent,
    },
    answeredBy: visit.answeredBy,
    attempts: story.attempts,
    tls,
  }
}

/** The port that the client named. */
function portOf(host: string | undefined): string | undefined {
  return host === undefined ? undefined : /:(\d+)$/.exec(host)?.[1]
}
