import type { AttemptOutcome, StoredBody, UpstreamRequest } from '../engine/engine.ts'
import { type CompiledService, isGrpc } from '../runtime/compiled-service.ts'
import type { Try } from '../upstreams/upstreams.ts'
import { type Answer, serverError, upstreamAnswer } from './answer.ts'
import { attemptUpstream } from './attempt.ts'
import { setForwardedHeaders } from './forwarded.ts'
import { frameRequest } from './framing.ts'
import type { HeaderBlock } from './header-block.ts'
import type { ClientWishes } from './hop-by-hop.ts'
import { nowhereAnswer } from './nowhere.ts'
import { overloadedAnswer } from './overloaded.ts'
import { flawAnswer } from './refuse.ts'
import { upstreamHost } from './upstream-host.ts'
import { givenPath, upstreamPath } from './upstream-path.ts'
import { upstreamTls } from './upstream-tls.ts'
import type { Visit } from './visit.ts'
import { wayOf } from './way.ts'

/** Hands the request to the upstream of its service. Undefined when the client went away meanwhile. */
export async function forward(visit: Visit, body: Uint8Array | null): Promise<Answer | undefined> {
  const { service, environment } = visit
  if (service === undefined) throw new Error('a request without a service is never forwarded')
  const held = body ?? (isHeld(visit) ? await heldBody(visit) : null)
  if (isTold(visit)) visit.story.requestHeaders = [...visit.context.request.headers.entries()]
  visit.forwardedAt = environment.clock()
  const way = wayOf(visit, service)
  const { exchange, tries } = visit.story.follow(visit.exchange, way.tries, environment.facilities.now)
  const outcome = await attemptUpstream(exchange, {
    tries,
    retries: service.retries,
    requestTo: requestsOf(visit, service, held),
  })
  visit.respondedAt = environment.clock()
  const answer =
    outcome.kind === 'nowhere' ? nowhereAnswer(outcome, visit, service) : answerOf(outcome, visit, service)
  if (answer !== undefined) way.mark(answer.headers)
  return answer
}

/**
 * The body is read before the upstream is asked: a slow client holds no connection of it, and it can be sent again. Not for
 * gRPC, where it may be one half of a conversation.
 */
function isHeld({ exchange, match, service }: Visit): boolean {
  const { request_buffering: isWanted } = match?.rule.route.fields ?? {}
  return exchange.request.hasBody && isWanted !== false && service !== undefined && !isGrpc(service)
}

function heldBody({ exchange, environment }: Visit): Promise<StoredBody | null> {
  return exchange.holdBody(environment.http.nginx_http_client_body_buffer_size)
}

/** Whether a plugin logs the request. */
function isTold({ chain }: Visit): boolean {
  return chain.some((instance) => instance?.handler.log !== undefined)
}

function answerOf(outcome: AttemptOutcome, visit: Visit, service: CompiledService): Answer | undefined {
  switch (outcome.kind) {
    case 'responded':
      return withoutFalseLength(upstreamAnswer(outcome.response, wishesOf(visit)), visit)
    case 'crowded':
      return overloadedAnswer(visit, 'pending_connects')
    case 'abandoned':
      return undefined
    case 'refused':
      return flawAnswer(visit, outcome.flaw)
    case 'failed':
      logFailure(visit, service, outcome.reason)
      switch (outcome.reason) {
        case 'timeout':
          return serverError(504, 'The upstream server is timing out', visit.asker, 'upstream-failure')
        case 'broken':
          return serverError(
            502,
            'An invalid response was received from the upstream server',
            visit.asker,
            'upstream-failure',
          )
      }
  }
}

function wishesOf({ context, exchange }: Visit): ClientWishes {
  return { trailers: context.request.headers.has('te'), websocket: exchange.request.websocket }
}

/** A plugin that asks by HEAD for what the client asked otherwise gets the length of a body that does not come. */
function withoutFalseLength(answer: Answer, { context }: Visit): Answer {
  if (context.upstream.method === 'HEAD' && context.request.method !== 'HEAD')
    answer.headers.remove('content-length')
  return answer
}

/** What an operator looks for when clients get 502, 503 or 504. */
const FAILURES = {
  timeout: 'an upstream is timing out',
  broken: 'an upstream cannot be reached, or does not answer in HTTP',
} as const

function logFailure(
  { environment }: Visit,
  { fields }: CompiledService,
  reason: keyof typeof FAILURES,
): void {
  const { id: service, host, port } = fields
  environment.log.warn({ service, host, port }, FAILURES[reason])
}

/** The request as it goes to each upstream that is tried. */
function requestsOf(
  visit: Visit,
  service: CompiledService,
  body: StoredBody | null,
): (to: Try) => UpstreamRequest {
  const { match, exchange, context, client, host, rawPath } = visit
  const { headers, path, port, query } = context.request
  const { peer, scheme, method, websocket } = exchange.request
  if (match === undefined) throw new Error('a request without a route is never forwarded')
  const route = match.rule.route.fields
  const matched = match.matched
  const strippedPrefix = route.strip_path && matched !== null && matched !== '/' ? matched : null
  setForwardedHeaders(headers, { peer, scheme, host, port, path: rawPath }, client, strippedPrefix)
  const { upstream } = context
  const preserved = upstream.host ?? (route.preserve_host ? host : undefined)
  nameConnection(headers, service, websocket)
  frameRequest(headers, body, exchange.request.headers)
  const building = {
    base: service.basePath,
    path,
    matched,
    stripPath: route.strip_path,
    handling: match.rule.route.pathHandling,
  }
  const target = upstream.path === null ? upstreamPath(building) : givenPath(upstream.path)
  const common = {
    scheme: service.scheme,
    method: upstream.method ?? method,
    target: target + String(query),
    body,
    timeouts: service.timeouts,
    tls: upstreamTls(visit, service),
  }
  return (to) => {
    visit.lastTry = to
    headers.set('Host', preserved ?? upstreamHost(service.scheme, to.host, to.port))
    return { ...common, host: to.ip, port: to.port, headers: headers.toFlat() }
  }
}

/** What the upstream is told of its connection. In HTTP/2 that is nothing; of gRPC there are servers that ask for TE. */
function nameConnection(headers: HeaderBlock, service: CompiledService, websocket: boolean): void {
  const isCalled = isGrpc(service)
  if (isCalled) {
    headers.remove('connection')
    headers.set('TE', 'trailers')
  } else headers.set('Connection', websocket ? 'keep-alive, Upgrade' : 'keep-alive')
  if (websocket && !isCalled) headers.set('Upgrade', 'websocket')
  else headers.remove('upgrade')
}
