import type { Exchange, Handle } from '../engine/engine.ts'
import { HeldBody } from '../plugins/buffered-body.ts'
import { PluginFailure } from '../plugins/faults.ts'
import type { PluginInstance } from '../plugins/instance.ts'
import { hasRewrite, runAccess, runLog, runRewrite } from '../plugins/phases.ts'
import type { Live } from '../runtime/live.ts'
import { type Answer, serverError, verdictAnswer } from './answer.ts'
import { findRoute, requireGrpc, requireService, requireTls } from './find-route.ts'
import { forward } from './forward.ts'
import { HeaderBlock } from './header-block.ts'
import { overloadedAnswer, turnAway } from './overloaded.ts'
import { refuse } from './refuse.ts'
import { CLIENT_GONE } from './request-record.ts'
import { respond } from './respond.ts'
import { type ProxyEnvironment, Visit } from './visit.ts'

/** The story of every request: decide who may have what, get it, pass it on, tell of it. */
export function requestHandler(live: Live, environment: ProxyEnvironment): Handle {
  return async (exchange) => {
    const refusal = environment.load.refusal(exchange.ahead, exchange.request.hasBody)
    if (refusal !== null) return turnAway(exchange, environment, refusal)
    try {
      await tell(new Visit(exchange, live.current, environment))
    } catch (error) {
      await apologise(exchange, environment, error)
    }
  }
}

async function tell(visit: Visit): Promise<void> {
  try {
    const decided = await decide(visit)
    const answer = decided.answer ?? (await forward(visit, decided.body))
    if (answer !== undefined) await respond(visit, answer)
    else visit.context.response.status = CLIENT_GONE
  } catch (error) {
    visit.context.response.status = 500
    throw error
  } finally {
    visit.lastTry?.over()
    runLog(visit.chain, visit.context)
  }
}

/** The gateway's own answer, or none and the body that goes upstream instead of the client's, if a plugin read it. */
interface Decision {
  readonly answer: Answer | undefined
  readonly body: Uint8Array | null
}

/** All that reads the config happens here; when it is over, the request no longer holds on to its revision. */
async function decide(visit: Visit): Promise<Decision> {
  const { runtime, context } = visit
  runtime.stored?.hold()
  try {
    const early =
      refuse(visit) ??
      (hasRewrite(visit.chain) ? await rewrite(visit) : undefined) ??
      findRoute(visit) ??
      requireTls(visit) ??
      requireGrpc(visit)
    if (early !== undefined) return { answer: early, body: null }
    const held: { body: HeldBody | null } = { body: null }
    const { verdict, chain } = await runAccess(
      context,
      (consumer) => visit.chainFor(consumer),
      (instance) => readAhead(visit, instance, held),
    )
    visit.chain = chain
    if (visit.isOutOfRoom) return { answer: overloadedAnswer(visit, 'buffered_bytes'), body: null }
    if (verdict !== undefined) return { answer: verdictAnswer(verdict, visit.asker), body: null }
    return { answer: requireService(visit), body: bodyUpstream(visit, held.body) }
  } finally {
    runtime.stored?.release()
  }
}

async function rewrite({ asker, chain, context }: Visit): Promise<Answer | undefined> {
  const verdict = await runRewrite(chain, context)
  return verdict === undefined ? undefined : verdictAnswer(verdict, asker)
}

/** Gives a plugin the body it asks for; the body is read once, whoever asks. */
function readAhead(
  visit: Visit,
  { handler }: PluginInstance,
  held: { body: HeldBody | null },
): Promise<void> | undefined {
  const { exchange, context } = visit
  const need = handler.needs?.requestBody
  if (need === undefined || need.when?.(context) === false) return undefined
  if (!exchange.request.hasBody) {
    if (need.evenIfNone) held.body ??= new HeldBody(new Uint8Array())
    context.request.body = need.evenIfNone ? held.body : null
    return undefined
  }
  return (async () => {
    const bytes = held.body?.bytes ?? (await exchange.readBody(need.limit))
    if (bytes === 'no-room') visit.isOutOfRoom = true
    if (bytes === 'no-room' || bytes === null || bytes.byteLength > need.limit) return
    held.body ??= new HeldBody(bytes)
    context.request.body = held.body
  })()
}

function bodyUpstream({ exchange }: Visit, held: HeldBody | null): Uint8Array | null {
  return held !== null && (exchange.request.hasBody || held.isReplaced) ? held.bytes : null
}

/** A fault of our own: this request gets 500, the log gets a line, and nobody else notices. */
async function apologise(
  exchange: Exchange,
  { answerHeaders, http, log, serverToken }: ProxyEnvironment,
  error: unknown,
): Promise<void> {
  const { target, headers: sent, version } = exchange.request
  if (!(error instanceof PluginFailure)) {
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
    log.error({ cause, target }, 'a request failed inside the gateway')
  }
  const asker = { headers: new HeaderBlock(sent), http, version }
  const answer = serverError(500, 'An unexpected error occurred', asker, 'gateway')
  if (answerHeaders.has('server')) answer.headers.set('Server', serverToken)
  await exchange.send({ status: 500, headers: answer.headers.toFlat() }, answer.body)
}
