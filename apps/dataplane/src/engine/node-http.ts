import type { Limits } from '../overload/limits.ts'
import type { Patience } from '../overload/patience.ts'
import type { Slowness } from '../overload/reasons.ts'
import type { ServedCertificates } from '../tls/served-certificates.ts'
import { admitClients } from './admit-clients.ts'
import { offerHttp2 } from './choose-version.ts'
import { Connections } from './connections.ts'
import type { Engine, Handle } from './engine.ts'
import { listen, serverFor } from './http-servers.ts'
import { http1Requests } from './http1-requests.ts'
import { http2Sessions } from './http2-sessions.ts'
import { listenTo } from './incoming-requests.ts'
import { expectProxyHead, ProxiedClients } from './proxied-clients.ts'
import type { Room } from './read-ahead.ts'
import { serveRequests } from './serve-requests.ts'
import { TurnedAway } from './turned-away.ts'
import { upstreamAttempts } from './upstream-attempt.ts'
import { openUpstreamPools, type PoolSettings, type UpstreamRoom } from './upstream-pools.ts'

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
  readonly certificates: Pick<ServedCertificates, 'contextFor' | 'begin'>
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

/** The conservative engine: HTTP/1.1 and WebSocket over node:http and http-proxy, HTTP/2 over node:http2. */
export function nodeHttpEngine(
  handle: Handle,
  settings: PoolSettings & BodySettings,
  surroundings: EngineSurroundings,
): Engine {
  const { patience, nginx_http_client_max_body_size: maxBodyBytes, bodyFolder } = settings
  const { room, tooSlow } = surroundings
  const pools = openUpstreamPools(settings, surroundings.upstreams, settings.limits.pendingConnects)
  const connections = new Connections(patience, surroundings)
  const turnedAway = new TurnedAway()
  const proxiedClients = new ProxiedClients()
  const attemptUpstream = upstreamAttempts(pools)
  const parts = { attemptUpstream, isCrowded: pools.isCrowded, maxBodyBytes, bodyFolder, room, tooSlow }
  const serve = serveRequests(handle, parts, surroundings)
  const bounds = { bodyTimeoutMs: patience.bodyMs, maxBodyBytes }
  const serveHttp1 = http1Requests(serve, { connections, proxiedClients, ...bounds })
  const takeHttp2 = http2Sessions(serve, { connections, proxiedClients, patience, maxBodyBytes, tooSlow })

  return {
    listen({ http2, isTls, proxyProtocol, ...address }) {
      const server = serverFor(isTls ? surroundings.certificates : null, http2, patience, () =>
        tooSlow('head'),
      )
      if (http2) offerHttp2(server, isTls, takeHttp2)
      if (proxyProtocol) expectProxyHead(server, proxiedClients, patience.headMs)
      connections.watch(server)
      listenTo(server, serveHttp1, connections, tooSlow)
      admitClients(server, isTls, connections, turnedAway, surroundings)
      return listen(server, address)
    },
    async close(graceMs) {
      proxiedClients.close()
      const cut = await connections.close(graceMs)
      pools.close()
      return cut
    },
  }
}
