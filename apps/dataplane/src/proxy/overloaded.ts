import type { Exchange } from '../engine/engine.ts'
import { OVERLOADED, OVERLOADED_STATUS } from '../overload/answer.ts'
import type { ShedReason } from '../overload/reasons.ts'
import { type Answer, type Asker, serverError } from './answer.ts'
import { HeaderBlock } from './header-block.ts'
import type { ProxyEnvironment, Visit } from './visit.ts'

/** Answers a request that is not taken, before anything is done for it: no route, no plugin, no line of its own in a log. */
export async function turnAway(
  exchange: Exchange,
  environment: Pick<ProxyEnvironment, 'answerHeaders' | 'http' | 'load' | 'serverToken'>,
  reason: ShedReason,
): Promise<void> {
  const { request } = exchange
  const { headers: sent, version } = request
  const asker = { headers: new HeaderBlock(sent), version, http: environment.http }
  const { headers, body } = answerTo(asker, environment.load.turnedAway(reason))
  if (environment.answerHeaders.has('server')) headers.set('Server', environment.serverToken)
  if (body.kind === 'bytes') headers.set('Content-Length', String(body.bytes.byteLength))
  // Nobody reads a body that nobody wants.
  await exchange.send({ status: OVERLOADED_STATUS, headers: headers.toFlat(), isLast: request.hasBody }, body)
}

/** The same for a request that had been taken. */
export function overloadedAnswer({ asker, environment }: Visit, reason: ShedReason): Answer {
  return answerTo(asker, environment.load.turnedAway(reason))
}

function answerTo(asker: Asker, seconds: number): Answer {
  const answer = serverError(OVERLOADED_STATUS, OVERLOADED, asker, 'gateway')
  answer.headers.set('Retry-After', String(seconds))
  return answer
}
