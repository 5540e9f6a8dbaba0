import http, { IncomingMessage, type Server, ServerResponse } from 'node:http'
import https from 'node:https'
import { type AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Connections } from './connections.ts'
import type { Engine, Handle, ListenAddress } from './engine.ts'
import type { Flaw } from './flaws.ts'
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

  const serve = (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    given: { upgradeHead?: Buffer; awaitsContinue?: boolean; flaw?: Flaw } = {},
  ): void => {
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

  /** Refuses what could not be read: as the answer to the request whose body it was, or after all others. */
  const refuse = (error: Error & { readonly code?: string }, socket: Duplex): void => {
    if (!connections.hears(socket)) return
    connections.stopHearing(socket)
    const newest = connections.newestOf(socket)
    const flaw = FLAWS.get(error.code ?? '') ?? 'malformed'
    if (error.code === 'ECONNRESET' || !(socket instanceof Socket)) socket.destroy()
    else if (newest?.isBodyComing) newest.refuseBody(flaw)
    else void (newest?.answered ?? Promise.resolve()).then(() => refuseUnread(socket, flaw))
  }

  const refuseUnread = (socket: Socket, flaw: Flaw): void => {
    if (!socket.writable) {
      socket.destroy()
      return
    }
    const unread = new IncomingMessage(socket)
    Object.assign(unread, { method: '', url: '', httpVersionMajor: 1, httpVersionMinor: 1, complete: true })
    serve(unread, responseOn(unread, socket), { flaw })
  }

  const wire = (server: Server): Server => {
    server.on('request', (incoming, outgoing) => serve(incoming, outgoing))
    server.on('checkContinue', (incoming, outgoing) => serve(incoming, outgoing, { awaitsContinue: true }))
    // As Kong does, other expectations are passed over.
    server.on('checkExpectation', (incoming, outgoing) => serve(incoming, outgoing))
    for (const handover of ['upgrade', 'connect'] as const) {
      server.on(handover, (incoming, socket, upgradeHead) =>
        serve(incoming, responseOn(incoming, socket), { upgradeHead }),
      )
    }
    server.on('clientError', refuse)
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

/** What node:http could not read, by the code of its error; all else is malformed. */
const FLAWS: ReadonlyMap<string, Flaw> = new Map([
  ['HPE_HEADER_OVERFLOW', 'head-too-large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'late'],
])

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
