import http, { type IncomingMessage, type Server } from 'node:http'
import https from 'node:https'
import type { AddressInfo, Server as TcpServer } from 'node:net'
import type { Patience } from '../overload/patience.ts'
import type { ServedCertificates } from '../tls/served-certificates.ts'
import type { ListenAddress } from './engine.ts'
import { acceptByName } from './secure-clients.ts'

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

/** Of HTTP, the preferred one first. */
const VERSIONS = ['h2', 'http/1.1', 'http/1.0']

/**
 * A server as Kong's is set, that nobody listens to yet.
 *
 * @param certificates null for plain HTTP
 * @param http2 whether it is offered in handshakes
 * @param late told of a handshake that took too long
 */
export function serverFor(
  certificates: Pick<ServedCertificates, 'contextFor' | 'begin'> | null,
  http2: boolean,
  { headMs }: Patience,
  late: () => void,
): Server {
  const options = {
    ...SERVER_OPTIONS,
    headersTimeout: headMs,
    connectionsCheckingInterval: Math.min(1000, headMs / 4),
  }
  const server = certificates === null ? http.createServer(options) : https.createServer(options)
  if (server instanceof https.Server && certificates !== null)
    acceptByName(server, certificates, http2 ? VERSIONS : VERSIONS.slice(1), headMs, late)
  // Left to itself, node:http drops those beyond the first thousand without a word, or refuses them, by its version.
  server.maxHeadersCount = 0
  // Requests that wait for a body hear of a silence themselves; while none does it is nobody's fault, and would end the
  // connection.
  server.on('timeout', () => undefined)
  return server
}

/** Resolves with the port. */
export function listen(
  server: TcpServer,
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
