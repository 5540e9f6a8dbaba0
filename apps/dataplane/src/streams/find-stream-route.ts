import { asRequest } from '../router/stream-request.ts'
import type { Transport } from './stream.ts'
import type { StreamVisit } from './stream-visit.ts'

/** In nginx's words, for want of better ones: nothing can be done with it. */
const NOTHING_TO_DO = 500

/** Finds the route and its service. @returns the status with which the stream ends where there is no route */
export function findStreamRoute(visit: StreamVisit): number | undefined {
  const { exchange, runtime, clientIp, environment } = visit
  const { transport, isTls, serverName, peer, peerPort, address, port } = exchange.stream
  const match = runtime.parts.streamRouter.value.match(
    asRequest({
      scheme: isTls ? 'tls' : transport,
      sni: serverName,
      // Whoever forwards a client does not say from which port it came.
      source: { ip: clientIp, port: clientIp === peer ? peerPort : undefined },
      destination: { ip: address, port },
    }),
  )
  if (match === undefined) {
    environment.log[levelFor(transport)](
      { port, client: clientIp, serverName: serverName ?? null },
      'no route for a stream',
    )
    return NOTHING_TO_DO
  }
  const { route } = match.rule
  visit.route = route
  const { service } = route.fields
  if (service !== null) visit.service = runtime.parts.services.value.get(service.id)
  return undefined
}

export function requireStreamService({
  route,
  service,
  exchange,
  environment,
}: StreamVisit): number | undefined {
  if (service !== undefined || route === undefined) return undefined
  const { id, name } = route.fields
  environment.log[levelFor(exchange.stream.transport)]({ route: name ?? id }, 'no service for a stream')
  return NOTHING_TO_DO
}

/** Datagrams cost nobody anything, and may name anybody as their sender: they are not to fill the log. */
const levelFor = (transport: Transport): 'debug' | 'info' => (transport === 'udp' ? 'debug' : 'info')
