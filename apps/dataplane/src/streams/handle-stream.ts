import type { Live } from '../runtime/live.ts'
import { findStreamRoute, requireStreamService } from './find-stream-route.ts'
import { reachUpstream } from './reach-upstream.ts'
import type { StreamHandle } from './stream.ts'
import { type StreamEnvironment, StreamVisit } from './stream-visit.ts'

/** The story of every stream: find out where it goes, have it carried there, tell of it. Nobody hears why one is closed. */
export function streamHandler(live: Live, environment: StreamEnvironment): StreamHandle {
  return async (exchange) => {
    const { load, clock, ended, log } = environment
    const refusal = load.refusalOfStream()
    if (refusal !== null) {
      load.turnedAway(refusal)
      ended(UNAVAILABLE, 0)
      return
    }
    const visit = new StreamVisit(exchange, live.current, environment)
    try {
      await tell(visit)
    } catch (error) {
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
      log.error({ cause, port: exchange.stream.port }, 'a stream failed inside the gateway')
    }
    ended(visit.status, clock() - visit.startedAt)
  }
}

/** In the words of nginx, which has those of HTTP. */
const CARRIED = 200
const MALFORMED = 400
const UNROUTED = 500
const UNAVAILABLE = 503

async function tell(visit: StreamVisit): Promise<void> {
  try {
    visit.status = (await decide(visit)) ?? (await pass(visit))
  } finally {
    visit.lastTry?.over()
    visit.phases.log(visit.record)
  }
}

/** @returns the status with which it ends; undefined where it may go on to its upstream */
async function decide(visit: StreamVisit): Promise<number | undefined> {
  const early = findStreamRoute(visit)
  visit.phases = visit.environment.plugins(visit)
  return early ?? (await endTls(visit)) ?? requireStreamService(visit) ?? (await preread(visit))
}

/** At an address of TLS the route says whose it is: it ends here, or goes on to the upstream as it is. */
async function endTls({ exchange, route, environment }: StreamVisit): Promise<number | undefined> {
  if (!exchange.stream.isTls || route === undefined) return undefined
  const { id, name, protocols } = route.fields
  if (protocols.includes('tls')) {
    const outcome = await exchange.terminate()
    if (outcome.kind === 'terminated') return undefined
    environment.log.debug({ why: outcome.why, peer: exchange.stream.peer }, 'a TLS handshake failed')
    return MALFORMED
  }
  if (protocols.includes('tls_passthrough')) return undefined
  environment.log.warn(
    { route: name ?? id },
    'a stream of TLS came to a route of another protocol: it is closed',
  )
  return UNROUTED
}

async function preread({ phases }: StreamVisit): Promise<number | undefined> {
  const decided = phases.preread()
  return (decided instanceof Promise ? await decided : decided)?.status
}

async function pass(visit: StreamVisit): Promise<number> {
  const { exchange, service, environment } = visit
  if (service === undefined) throw new Error('a stream without a service is never passed on')
  const failure = await reachUpstream(visit, service)
  if (failure !== undefined) return failure
  visit.reachedAt = environment.clock()
  const end = await exchange.carry(service.timeouts)
  // That nobody takes datagrams is told when some were sent.
  if (end === 'upstream-broke' && exchange.stream.transport === 'udp') visit.lastTry?.failed('broken', false)
  // Whoever ended it, and however.
  return CARRIED
}
