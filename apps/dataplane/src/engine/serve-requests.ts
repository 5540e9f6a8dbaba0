import { isWornOut } from '../overload/patience.ts'
import type { Connections } from './connections.ts'
import type { Handle } from './engine.ts'
import type { Serve } from './incoming-requests.ts'
import { type ExchangeParts, NodeExchange } from './node-exchange.ts'
import type { BodySettings, EngineSurroundings } from './node-http.ts'
import type { ProxiedClients } from './proxied-clients.ts'

/** What the requests of an engine share. */
export interface Shared
  extends Pick<ExchangeParts, 'attemptUpstream' | 'isCrowded'>,
    Pick<BodySettings, 'bodyFolder' | 'patience' | 'nginx_http_client_max_body_size'> {
  readonly connections: Connections
  readonly proxiedClients: ProxiedClients
  readonly surroundings: EngineSurroundings
}

/** Has each request handled, and keeps account of it with its client. */
export function serveRequests(handle: Handle, shared: Shared): Serve {
  const { attemptUpstream, bodyFolder, connections, isCrowded, patience, proxiedClients, surroundings } =
    shared
  const { nginx_http_client_max_body_size: maxBodyBytes } = shared
  return (incoming, outgoing, given = {}) => {
    const { socket } = incoming
    const client = connections.of(socket)
    if (client === undefined || (given.flaw === undefined && !client.isHeard)) return
    surroundings.requested()
    const began = performance.now()
    const exchange: NodeExchange = new NodeExchange({
      incoming,
      outgoing,
      attemptUpstream,
      proxied: proxiedClients.behind(socket),
      isCrowded,
      tunnels: connections.tunnels,
      bodyTimeoutMs: patience.bodyMs,
      maxBodyBytes,
      bodyFolder,
      ahead: client.unanswered,
      room: surroundings.room,
      // An answer that closes the connection loses those of requests that were sent ahead.
      clientsLeave: () =>
        client.newest === exchange &&
        (connections.closing || surroundings.draining() || isWornOut(client, patience, performance.now())),
      tooSlow: surroundings.tooSlow,
      ...given,
    })
    client.newest = exchange
    client.requests += 1
    client.unanswered += 1
    if (exchange.request.flaw !== null) client.isHeard = false
    void handle(exchange).finally(() => {
      const now = performance.now()
      client.unanswered -= 1
      // An idle connection need not keep what its last request was.
      if (client.newest === exchange) client.newest = undefined
      client.idleSince = now
      client.readWhenIdle = socket.bytesRead
      surroundings.answered(exchange.status, now - began)
    })
  }
}
