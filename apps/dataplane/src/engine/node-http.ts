import http, { type IncomingMessage, type Server } from 'node:http'
import https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Limits } from '../overload/limits.ts'
import { isWornOut, type Patience } from '../overload/patience.ts'
import type { Slowness } from '../overload/reasons.ts'
import { Connections } from './connections.ts'
import type { Engine, Handle, ListenAddress } from './engine.ts'
import { listenTo, type Serve } from './incoming-requests.ts'
import { NodeExchange } from './node-exchange.ts'
import { expectProxyHead, ProxiedClients } from './proxied-clients.ts'
import type { Room } from './read-ahead.ts'
import { TurnedAway } from './turned-away.ts'
import { openUpstreamPools, type PoolSettings, type UpstreamRoom } from './upstream-pools.ts'
import { upstreamProxy } from './upstream-proxy.ts'

/** The process around an engine. */
export interface EngineSurroundings {
  /** Whether clients are to leave: every answer then closes its connection. */
  draining(): boolean
  /** Told of connections and requests as they come and go. */
  connected(): void
  disconnected(): void
  /** Whether all connections may stay, so many of them being about to close. */
  hasRoom(leaving: number): boolean
  /** Told of a connection that may not stay: it was turned away, or an idle one was given up for it. */
  crowded(what: 'refused' | 'given-up'): void
  readonly upstreams: UpstreamRoom
  /** Where bodies count that are held as a whole. */
  readonly room: Room
  /** Told of a client whose connection was closed because it took too long. */
  tooSlow(slowness: Slowness): void
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
  /** The folder of the bodies that are too long for memory. */
  readonly bodyFolder: string
  readonly patience: Patience
  readonly limits: Pick<Limits, 'pendingConnects'>
}

const SERVER_OPTIONS = {
  // Kong's server takes four buffers of 8 KiB.
  maxHeaderSize: 32 * 1024,
  // Its own answer to that would let the client go on.
  requireHostHeader: false,
  // A request that asks for another protocol, such as h2c, is one like any other. Node 22 does not ask, and hands its
  // socket over.
  shouldUpgradeCallback: ({ headers, method }: IncomingMessage) =>
    method === 'CONNECT' || headers.upgrade?.toLowerCase() === 'websocket',
  // Connections are looked at, all together; and Kong tells nobody how long it keeps them.
  keepAliveTimeout: 0,
  // How long a whole request may take is not limited: an upload may last for hours.
  requestTimeout: 0,
  noDelay: true,
} as const

/** The conservative engine: HTTP/1.1 and WebSocket over node:http and http-proxy. */
export function nodeHttpEngine(
  handle: Handle,
  settings: PoolSettings & BodySettings,
  surroundings: EngineSurroundings,
): Engine {
  const { bodyFolder, patience, nginx_http_client_max_body_size: maxBodyBytes } = settings
  const pools = openUpstreamPools(settings, surroundings.upstreams, settings.limits.pendingConnects)
  const makeRequest = upstreamProxy(pools)
  const connections = new Connections(patience, surroundings.tooSlow)
  const turnedAway = new TurnedAway()
  const proxiedClients = new ProxiedClients()

  const serve: Serve = (incoming, outgoing, given = {}) => {
    const { socket } = incoming
    const client = connections.of(socket)
    if (client === undefined || (given.flaw === undefined && !client.isHeard)) return
    surroundings.requested()
    const began = performance.now()
    const exchange: NodeExchange = new NodeExchange({
      incoming,
      outgoing,
      makeRequest,
      proxied: proxiedClients.behind(socket),
      isCrowded: pools.isCrowded,
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

  const wire = (server: Server, isTls: boolean): Server => {
    connections.watch(server)
    listenTo(server, serve, connections, surroundings.tooSlow)
    server.on('connection', (socket: Socket) => {
      surroundings.connected()
      socket.on('close', surroundings.disconnected)
      if (surroundings.hasRoom(connections.leaving)) return
      if (connections.giveUpIdle()) return surroundings.crowded('given-up')
      surroundings.crowded('refused')
      const client = connections.of(socket)
      if (client !== undefined) client.isHeard = false
      turnedAway.take(socket, isTls)
    })
    return server
  }

  return {
    listen({ tls, proxyProtocol, ...address }) {
      const server = serverFor(tls, patience)
      if (proxyProtocol) expectProxyHead(server, proxiedClients, patience.headMs)
      return listen(wire(server, tls !== null), address)
    },
    async close(graceMs) {
      proxiedClients.close()
      const cut = await connections.close(graceMs)
      pools.close()
      return cut
    },
  }
}

function serverFor(tls: ListenAddress['tls'], { headMs }: Patience): Server {
  const options = {
    ...SERVER_OPTIONS,
    headersTimeout: headMs,
    connectionsCheckingInterval: Math.min(1000, headMs / 4),
  }
  const server =
    tls === null
      ? http.createServer(options)
      : https.createServer({ ...options, handshakeTimeout: headMs, ...tls })
  // Left to itself, node:http drops those beyond the first thousand without a word, or refuses them, by its version.
  server.maxHeadersCount = 0
  return server
}

function listen(
  server: Server,
  { host, port, backlog }: Pick<ListenAddress, 'host' | 'port' | 'backlog'>,
): Promise<number> {
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
