import type { ClientSide } from './client-side.ts'
import type { Client } from './connections.ts'
import type { Handle } from './engine.ts'
import { type ExchangeParts, NodeExchange } from './node-exchange.ts'
import type { EngineSurroundings } from './node-http.ts'

/** Has a request handled, and keeps account of it with its connection. */
export type ServeRequest = (client: Client, side: ClientSide, ahead: number) => void

export function serveRequests(
  handle: Handle,
  parts: ExchangeParts,
  surroundings: Pick<EngineSurroundings, 'requested' | 'answered'>,
): ServeRequest {
  return (client, side, ahead) => {
    surroundings.requested()
    const began = performance.now()
    const exchange = new NodeExchange(side, ahead, parts)
    client.newest = exchange
    client.requests += 1
    client.unanswered += 1
    void handle(exchange).finally(() => {
      const now = performance.now()
      client.unanswered -= 1
      // An idle connection need not keep what its last request was.
      if (client.newest === exchange) client.newest = undefined
      client.idleSince = now
      client.readWhenIdle = client.socket.bytesRead
      surroundings.answered(exchange.status, now - began)
    })
  }
}
