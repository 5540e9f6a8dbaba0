import type { ResponseBody } from '../engine/engine.ts'
import { HeldBody } from '../plugins/buffered-body.ts'
import type { PluginInstance } from '../plugins/instance.ts'
import { bodyTransform, type Prepare, runPlugin } from '../plugins/phases.ts'
import { isGrpc } from '../runtime/compiled-service.ts'
import { type Answer, appendCharset, verdictAnswer } from './answer.ts'
import { frameResponse } from './framing.ts'
import { overloadedAnswer } from './overloaded.ts'
import type { Visit } from './visit.ts'

/** Runs the response phase over an answer, whoever made it, and sends what comes out. */
export async function respond(visit: Visit, answer: Answer): Promise<void> {
  const { context, exchange, chain } = visit
  const { response } = context
  let current = answer
  response.status = current.status
  response.headers = current.headers
  visit.answeredBy = current.origin === 'upstream' ? 'upstream' : 'gateway'
  let isReplaced = false
  const prepare: Prepare = (instance) => holdBody(visit, current.body, instance)
  for (const instance of chain) {
    if (instance?.handler.response === undefined) continue
    const decided = runPlugin('response', instance, context, prepare)
    const verdict = decided instanceof Promise ? await decided : decided
    const held = response.body
    response.body = null
    if (held?.isReplaced) {
      current = withBody(current, held.bytes)
      isReplaced = true
    }
    // What a plugin could not see may not go out as if it had.
    const replacement = visit.isOutOfRoom
      ? overloadedAnswer(visit, 'buffered_bytes')
      : verdict && verdictAnswer(verdict, visit.asker)
    if (replacement === undefined) continue
    current = replacement
    isReplaced = false
    response.status = current.status
    response.headers = current.headers
    if (visit.isOutOfRoom) break
  }
  appendCharset(response.headers, visit.environment.http.nginx_http_charset)
  const body = transformed(visit, current.body)
  frameResponse(response.headers, response.status, body)
  // As in Kong, where the length is not known yet when the head is sent.
  if (isReplaced || (body.kind === 'upstream' && body.transform !== undefined))
    response.headers.remove('content-length')
  setGatewayHeaders(visit, answer)
  tellRoute(visit)
  const reason = current.reason === undefined ? {} : { reason: current.reason }
  await exchange.send({ status: response.status, ...reason, headers: response.headers.toFlat() }, body)
}

/** Gives a plugin the body of the response, if it asks for it and it is not too long. */
function holdBody(visit: Visit, body: ResponseBody, { handler }: PluginInstance): Promise<void> | undefined {
  const { exchange, context, service } = visit
  const need = handler.needs?.responseBody
  if (need === undefined || need.when?.(context) === false) return undefined
  // As in Kong, which reads no answer ahead that may be one half of a conversation.
  if (body.kind === 'upstream' && service !== undefined && isGrpc(service)) return undefined
  return (async () => {
    const bytes = body.kind === 'bytes' ? body.bytes : await exchange.readResponse(body.response, need.limit)
    if (bytes === 'no-room') visit.isOutOfRoom = true
    else if (bytes !== null && bytes.byteLength <= need.limit) context.response.body = new HeldBody(bytes)
  })()
}

function withBody(answer: Answer, bytes: Uint8Array): Answer {
  return { ...answer, body: { kind: 'bytes', bytes } }
}

function transformed({ chain, context }: Visit, body: ResponseBody): ResponseBody {
  const transform = bodyTransform(chain, context)
  if (transform === undefined) return body
  if (body.kind === 'upstream') return { ...body, transform }
  return { kind: 'bytes', bytes: transform(body.bytes, true) ?? body.bytes }
}

/** The headers by which one sees who answered and how long it took: those of the `headers` setting. */
function setGatewayHeaders(visit: Visit, { origin, status }: Answer): void {
  const { environment, startedAt, forwardedAt, respondedAt } = visit
  const { answerHeaders, serverToken, clock } = environment
  const { headers } = visit.context.response
  const set = (name: string, value: string) => {
    if (answerHeaders.has(name.toLowerCase())) headers.set(name, value)
  }
  const milliseconds = (from: number, to: number) => String(Math.round(to - from))
  if (origin === 'gateway' || forwardedAt === undefined || respondedAt === undefined) {
    // A plugin that says it is the gateway may name the server too; otherwise nobody does but the gateway.
    if (!answerHeaders.has('via') || headers.get('via') !== serverToken) {
      headers.remove('server')
      set('Server', serverToken)
    }
    set('X-Kong-Response-Latency', milliseconds(startedAt, clock()))
  } else {
    set('Via', serverToken)
    set('X-Kong-Upstream-Latency', milliseconds(forwardedAt, respondedAt))
    set('X-Kong-Proxy-Latency', milliseconds(startedAt, forwardedAt))
    // Of an upstream that failed, what is made of it, as in Kong.
    set('X-Kong-Upstream-Status', String(status))
  }
  if (environment.debugWorker !== null) {
    headers.set('X-Biplane-Revision', visit.revisions)
    headers.set('X-Biplane-Worker', environment.debugWorker)
  }
}

/** For who looks for the cause of an answer. */
function tellRoute({ context, environment, isDebugged }: Visit): void {
  if (!isDebugged || !environment.http.allow_debug_header) return
  for (const [kind, entity] of [
    ['Route', context.route],
    ['Service', context.service],
  ] as const) {
    if (entity === null) continue
    context.response.headers.set(`Kong-${kind}-Id`, entity.id)
    if (typeof entity.name === 'string') context.response.headers.set(`Kong-${kind}-Name`, entity.name)
  }
}
