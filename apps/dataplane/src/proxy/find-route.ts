import { type Answer, callAnswer, gatewayError, verdictAnswer } from './answer.ts'
import { hostName } from './forwarded.ts'
import { namesGrpc } from './grpc.ts'
import { routedArguments, routedHeaders } from './routed-headers.ts'
import type { Visit } from './visit.ts'

/** Finds the route, or answers that there is none. */
export function findRoute(visit: Visit): Answer | undefined {
  const { client, context, environment, exchange, runtime } = visit
  const { router, services } = runtime.parts
  const { headers, method, path, port, query, scheme } = context.request
  const { address, headers: sent, peer, peerPort, serverName } = exchange.request
  const { lua_max_req_headers: mostHeaders, lua_max_uri_args: mostArguments } = environment.http
  visit.read(router.revision)
  visit.match = router.value.match({
    method,
    host: visit.host,
    path,
    scheme,
    sni: serverName,
    // Whoever forwards a client does not say from which port it came.
    source: { ip: client.ip, port: client.ip === peer ? peerPort : undefined },
    destination: { ip: address, port },
    headerValues: routedHeaders(headers, sent, mostHeaders),
    queryValues: routedArguments(query, mostArguments),
  })
  if (visit.match === undefined) return gatewayError(404, 'no Route matched with those values', visit.asker)
  const { fields } = visit.match.rule.route
  context.route = fields
  if (visit.match.captures !== undefined) context.uriCaptures = visit.match.captures
  if (fields.service !== null) {
    visit.read(services.revision)
    visit.service = services.value.get(fields.service.id)
    context.service = visit.service?.fields ?? null
  }
  return undefined
}

/** Sends a plain client of an https-only route to TLS. Plugins of the route do not run for it. */
export function requireTls(visit: Visit): Answer | undefined {
  const { match, client, context } = visit
  const { headers, scheme, target } = context.request
  if (match === undefined) return undefined
  const { protocols, https_redirect_status_code: status } = match.rule.route.fields
  if (!protocols.includes('https') || protocols.includes('http')) return undefined
  const said = client.trusted ? headers.get('x-forwarded-proto') : undefined
  if ((said ?? scheme) === 'https') return undefined
  if (status === 426) {
    const answer = gatewayError(426, 'Please use HTTPS protocol', visit.asker)
    answer.headers.set('Connection', 'Upgrade')
    answer.headers.set('Upgrade', 'TLS/1.2, HTTP/1.1')
    return answer
  }
  // Of HTTP/1.0, which need not name a host, nothing is known but where it came.
  const own = visit.host === undefined ? addressAsHost(visit.exchange.request.address) : hostName(visit.host)
  const host = (client.trusted ? headers.get('x-forwarded-host') : undefined) ?? own
  return verdictAnswer({ status, headers: { Location: `https://${host}${target}` } }, visit.asker)
}

function addressAsHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

/** Answers what is no call on a route for calls of gRPC. Plugins of the route do not run for it. */
export function requireGrpc({ asker, context, exchange, match }: Visit): Answer | undefined {
  const { protocols = [] } = match?.rule.route.fields ?? {}
  if (!protocols.includes('grpc') && !protocols.includes('grpcs')) return undefined
  const { headers, scheme } = context.request
  if (!namesGrpc(headers.get('content-type')))
    return gatewayError(415, 'Non-gRPC request matched gRPC route', asker)
  if (exchange.request.version !== '2') {
    const answer = gatewayError(426, 'Please use HTTP2 protocol', asker)
    answer.headers.set('Connection', 'Upgrade')
    answer.headers.set('Upgrade', 'HTTP/2')
    return answer
  }
  if (protocols.includes('grpc') || scheme === 'https') return undefined
  return callAnswer(CANCELED, 'gRPC request matched gRPCs route')
}

const CANCELED = 1

/** A route may lack a service: its plugins can answer, and nobody else. */
export function requireService(visit: Visit): Answer | undefined {
  if (visit.service !== undefined) return undefined
  return gatewayError(503, 'no Service found with those values', visit.asker)
}
