import type { Connections } from './connections.ts'
import { Http1Client, type Http1Parts } from './http1-client.ts'
import type { Serve } from './incoming-requests.ts'
import type { ProxiedClients } from './proxied-clients.ts'
import type { ServeRequest } from './serve-requests.ts'

export interface Http1Surroundings extends Pick<Http1Parts, 'bodyTimeoutMs' | 'maxBodyBytes'> {
  readonly connections: Connections
  readonly proxiedClients: ProxiedClients
}

/** Serves the requests of node:http servers. */
export function http1Requests(
  serve: ServeRequest,
  { connections, proxiedClients, bodyTimeoutMs, maxBodyBytes }: Http1Surroundings,
): Serve {
  return (incoming, outgoing, given = {}) => {
    const { socket } = incoming
    const client = connections.of(socket)
    if (client === undefined || (given.flaw === undefined && !client.isHeard)) return
    const number = client.requests + 1
    const side = new Http1Client({
      incoming,
      outgoing,
      proxied: proxiedClients.behind(socket),
      tunnels: connections.tunnels,
      bodyTimeoutMs,
      maxBodyBytes,
      // An answer that closes the connection loses those of requests that were sent ahead.
      clientsLeave: () => client.requests === number && connections.isToLeave(client),
      ...given,
    })
    if (side.request.flaw !== null) client.isHeard = false
    serve(client, side, client.unanswered)
  }
}
