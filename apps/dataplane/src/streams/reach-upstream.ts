import { isIP } from 'node:net'
import { hashInput } from '../balancer/hash-input.ts'
import { CLIENT_GONE } from '../proxy/request-record.ts'
import { tlsOf } from '../proxy/upstream-tls.ts'
import type { CompiledService } from '../runtime/compiled-service.ts'
import type { NextTry, Tries, Try } from '../upstreams/upstreams.ts'
import type { ConnectOutcome, StreamExchange, StreamTls } from './stream.ts'
import { streamHashSources } from './stream-hash-sources.ts'
import type { StreamVisit } from './stream-visit.ts'

const REACHED = 200
const BAD_GATEWAY = 502
const UNAVAILABLE = 503

/**
 * Tries upstreams until one is reached. Nothing was sent to those that failed, so that each may be tried again.
 *
 * @returns the status with which the stream ends where none was
 */
export async function reachUpstream(
  visit: StreamVisit,
  service: CompiledService,
): Promise<number | undefined> {
  const { environment, exchange } = visit
  const { connect: timeout } = service.timeouts
  const tries = triesOf(visit, service)
  visit.attempts = []
  for (let left = service.retries; ; left--) {
    const startedAt = environment.now()
    const given = tries.next()
    const next = given instanceof Promise ? await given : given
    if (next.kind !== 'try') return nowhere(visit, service, next)
    const { to } = next
    visit.lastTry = to
    const choosingMs = Math.max(0, environment.now() - startedAt)
    const { ip: host, port } = to
    const outcome = await exchange.connect({ host, port, timeout, tls: tlsTo(visit, service, to) })
    const status = statusOf(outcome)
    const failed = outcome.kind === 'failed' || outcome.kind === 'crowded'
    visit.attempts.push({ ip: host, port, startedAt, choosingMs, status: status ?? REACHED, failed })
    if (outcome.kind === 'connected' && isHeard(exchange)) to.connected()
    // There is no answer by which the last try could be judged otherwise than those before it.
    if (outcome.kind === 'failed') to.failed(outcome.reason, false)
    if (status === undefined || outcome.kind === 'abandoned') return status
    to.over()
    if (left > 0) continue
    if (outcome.kind === 'crowded') environment.load.turnedAway('pending_connects')
    const why = outcome.kind === 'failed' ? outcome.reason : outcome.kind
    environment.log.warn({ ...nameOf(service), ip: host, port, why }, 'no upstream was reached')
    return status
  }
}

/** Of datagrams an answer tells that somebody is there, and nothing else does. */
function isHeard({ stream, traffic }: StreamExchange): boolean {
  return stream.transport === 'tcp' || traffic.upstreamReceived > 0
}

function triesOf({ environment, runtime, clientIp }: StreamVisit, { fields }: CompiledService): Tries {
  const balancers = runtime.parts.balancers.value
  return environment.upstreams.tries(
    fields,
    balancers,
    (upstream) => hashInput(upstream, streamHashSources(clientIp)).text,
  )
}

/** TLS that goes on as it is needs no other one around it. */
function tlsTo(visit: StreamVisit, { fields }: CompiledService, { host }: Try): StreamTls | null {
  const { isTls, serverName } = visit.exchange.stream
  const { protocols = [], preserve_host: keepsName } = visit.route?.fields ?? {}
  const passesTls = isTls && !protocols.includes('tls')
  if (fields.protocol !== 'tls' || passesTls) return null
  const name = (keepsName ? serverName : undefined) ?? host
  return { ...tlsOf(visit, fields), serverName: isIP(name) === 0 ? name : null }
}

function statusOf(outcome: ConnectOutcome): number | undefined {
  switch (outcome.kind) {
    case 'connected':
      return undefined
    case 'failed':
      return BAD_GATEWAY
    case 'crowded':
      return UNAVAILABLE
    case 'abandoned':
      return CLIENT_GONE
  }
}

function nameOf({ fields }: CompiledService): { readonly service: string; readonly host: string } {
  return { service: fields.name ?? fields.id, host: fields.host }
}

function nowhere(
  { environment }: StreamVisit,
  service: CompiledService,
  why: Exclude<NextTry, { kind: 'try' }>,
): number {
  environment.log.warn({ ...nameOf(service), why: why.kind }, 'there is nowhere to go for a stream')
  return why.kind === 'unresolved' ? 500 : UNAVAILABLE
}
