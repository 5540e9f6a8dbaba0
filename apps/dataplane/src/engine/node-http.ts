import http, { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { Connections } from './connections.ts'
import type { Engine, Handle, ListenAddress } from './engine.ts'
import { NodeExchange } from './node-exchange.ts'
import { refuseMalformed, refuseSecondHost } from './refuse-malformed.ts'
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

const SERVER_OPTIONS = {
  // Kong's server takes four buffers of 8 KiB.
  maxHeaderSize: 32 * 1024,
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
  settings: PoolSettings & { readonly bodyTimeoutMs?: number },
  surroundings: EngineSurroundings,
): Engine {
  const { bodyTimeoutMs = BODY_TIMEOUT_MS } = settings
  const pools = openUpstreamPools(settings)
  const makeRequest = upstreamProxy(pools)
  const connections = new Connections()

  const serve = (incoming: IncomingMessage, outgoing: ServerResponse, upgradeHead?: Buffer): void => {
    connections.received(incoming)
    if (refuseSecondHost(incoming, outgoing)) return
    surroundings.requested()
    const began = performance.now()
    const websocket = upgradeHead !== undefined && incoming.headers.upgrade?.toLowerCase() === 'websocket'
    const upgrade = upgradeHead === undefined ? {} : { upgradeHead }
    const exchange = new NodeExchange({
      incoming,
      outgoing,
      makeRequest,
      tunnels: connections.tunnels,
      websocket,
      bodyTimeoutMs,
      clientsLeave: () => (connections.closing || surroundings.draining()) && connections.isLast(incoming),
      ...upgrade,
    })
    void handle(exchange).finally(() => surroundings.answered(exchange.status, performance.now() - began))
  }

  const wire = (server: Server): Server => {
    server.on('request', (incoming, outgoing) => serve(incoming, outgoing))
    server.on('upgrade', (incoming, socket, head) => serve(incoming, responseOn(incoming, socket), head))
    server.on('clientError', refuseMalformed)
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

/** An upgrade gives the bare socket; what is not a WebSocket, and every refusal of one, is answered like any request. */
function responseOn(incoming: IncomingMessage, socket: Duplex): ServerResponse {
  const outgoing = new ServerResponse(incoming)
  outgoing.shouldKeepAlive = false
  // The socket of an HTTP server is a net.Socket, which its types leave open.
  outgoing.assignSocket(incoming.socket)
  outgoing.on('finish', () => socket.end(() => socket.destroy()))
  socket.on('error', () => socket.destroy())
  return outgoing
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
