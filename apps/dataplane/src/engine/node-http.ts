import http, { type IncomingMessage, type Server } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { Connections } from './connections.ts'
import type { Engine, Handle, ListenAddress } from './engine.ts'
import { listenTo, type Serve } from './incoming-requests.ts'
import { NodeExchange } from './node-exchange.ts'
import { openUpstreamPools, type PoolSettings } from './upstream-pools.ts'
import { upstreamProxy } from './upstream-proxy.ts'

/** The process around an engine. */
export interface EngineSurroundings {
  /** Whether clients are to leave: every answer then closes its connection. */
  draining(): boolean
  /** Told of connections and requests as they come and go. */
  connected(): void
  disconnected(): void
  requested(): void
  /**
   * @param status of the answer, 0 if the client left before there was one
   * @param tookMs until all was sent
   */
  answered(status: number, tookMs: number): void
}

export interface BodySettings {
  /** How many bytes the body of a request may have; 0 sets no bound. */
  readonly nginx_http_client_max_body_size: number
  readonly bodyTimeoutMs?: number
}

const SERVER_OPTIONS = {
  // Kong's server takes four buffers of 8 KiB.
  maxHeaderSize: 32 * 1024,
  // Left to itself, node:http drops those beyond the first 2000.
  maxHeadersCount: 0,
  // Its own answer to that would let the client go on.
  requireHostHeader: false,
  // A request that asks for another protocol, such as h2c, is one like any other. Node 22 does not ask, and hands its
  // socket over.
  shouldUpgradeCallback: ({ headers, method }: IncomingMessage) =>
    method === 'CONNECT' || headers.upgrade?.toLowerCase() === 'websocket',
  keepAliveTimeout: 60_000,
  // How long a whole request may take is not limited: an upload may last for hours.
  requestTimeout: 0,
  noDelay: true,
} as const

/** How long a client may pause in the middle of its body: Kong's default. */
const BODY_TIMEOUT_MS = 60_000

/** The conservative engine: HTTP/1.1 and WebSocket over node:http and http-proxy. */
export function nodeHttpEngine(
  handle: Handle,
  settings: PoolSettings & BodySettings,
  surroundings: EngineSurroundings,
): Engine {
  const { bodyTimeoutMs = BODY_TIMEOUT_MS, nginx_http_client_max_body_size: maxBodyBytes } = settings
  const pools = openUpstreamPools(settings)
  const makeRequest = upstreamProxy(pools)
  const connections = new Connections()

  const serve: Serve = (incoming, outgoing, given = {}) => {
    const { socket } = incoming
    if (given.flaw === undefined && !connections.hears(socket)) return
    surroundings.requested()
    const began = performance.now()
    const exchange: NodeExchange = new NodeExchange({
      incoming,
      outgoing,
      makeRequest,
      tunnels: connections.tunnels,
      bodyTimeoutMs,
      maxBodyBytes,
      clientsLeave: () =>
        (connections.closing || surroundings.draining()) && connections.isLast(exchange, socket),
      ...given,
    })
    connections.received(exchange, socket)
    if (exchange.request.flaw !== null) connections.stopHearing(socket)
    void handle(exchange).finally(() => surroundings.answered(exchange.status, performance.now() - began))
  }

  const wire = (server: Server): Server => {
    listenTo(server, serve, connections)
    server.on('connection', (socket) => {
      surroundings.connected()
      socket.on('close', surroundings.disconnected)
    })
    connections.watch(server)
    return server
  }

  return {
    listen: ({ tls, ...address }) => listen(wire(serverFor(tls)), address),
    async close(graceMs) {
      await connections.close(graceMs)
      pools.close()
    },
  }
}

function serverFor(tls: ListenAddress['tls']): Server {
  return tls === null ? http.createServer(SERVER_OPTIONS) : https.createServer({ ...SERVER_OPTIONS, ...tls })
}

function listen(server: Server, { host, port, backlog }: Omit<ListenAddress, 'tls'>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const wanted = backlog === null ? {} : { backlog }
    // Every worker has a listener of its own on the same port; the system spreads connections over them.
    server.listen({ host, port, reusePort: true, ...wanted }, () => {
      server.off('error', reject)
      // Listening on a TCP port, the address is never a path.
      resolve((server.address() as AddressInfo).port)
    })
  })
}
