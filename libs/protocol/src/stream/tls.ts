import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import type { Log } from './log.ts'
import { SparseWarnings } from './sparse-warnings.ts'

/** The name that both ends of a link expect in the other's certificate, and that the follower asks for. */
export const CLUSTER_NAME = 'kong_clustering'

/** A certificate and its private key, PEM. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** What a server presents and whom it lets in. Both are read for each new connection, so both may change at run time. */
export interface AcceptedTls {
  credentials(): Pair
  /** SHA-256 over the DER of each accepted certificate, 64 lower-case hex digits. In mode `shared`: its own. */
  acceptedDigests(): ReadonlySet<string>
}

export interface TlsOptions {
  readonly listen: { readonly host: string; readonly port: number }
  readonly tls: AcceptedTls
  readonly handshakeTimeout: number
  readonly log: Log
}

export interface TlsFront {
  readonly address: { readonly host: string; readonly port: number }
  /** Stops listening and cuts every connection. Resolves when the port is free. */
  close(): Promise<void>
}

export function digestOf(certificate: Uint8Array): string {
  return createHash('sha256').update(certificate).digest('hex')
}

/**
 * Listens for TLS connections and hands on those whose certificate is accepted. The others are cut without a word: to a
 * stranger a refusal looks like any other broken connection. Handing on means here that the socket counts as authorized.
 */
export async function listenTls(options: TlsOptions, accept: (socket: TLSSocket) => void): Promise<TlsFront> {
  const { listen, tls } = options
  const log = new SparseWarnings(options.log)
  const contextOf = rememberedContext()
  const server = createServer({
    ...tls.credentials(),
    ALPNProtocols: ['h2'],
    requestCert: true,
    rejectUnauthorized: false, // the digest decides
    handshakeTimeout: options.handshakeTimeout,
    SNICallback: (_name, done) => done(null, contextOf(tls.credentials())),
  })
  const sockets = new Set<TLSSocket>()
  server.on('secureConnection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy()) // a reset connection is no event; the session that used it ends
    const refusal = refusalOf(socket, tls.acceptedDigests())
    if (refusal === null) return accept(socket)
    log.warn(peerAddress(socket.remoteAddress), refusal, 'refused a connection')
    socket.destroy()
  })
  server.on('tlsClientError', (error, socket) => {
    log.warn(peerAddress(socket.remoteAddress), { reason: error.message }, 'a TLS handshake failed')
  })
  server.listen(listen)
  await once(server, 'listening')
  const { address: host, port } = server.address() as AddressInfo // it listens on TCP, so this is neither a path nor null
  return { address: { host, port }, close: () => close(server, sockets) }
}

/** An IPv4 address mapped into IPv6 is written as IPv4. */
export function peerAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:(?=\d+\.)/, '')
}

function refusalOf(
  socket: TLSSocket,
  accepted: ReadonlySet<string>,
): { reason: string; digest?: string } | null {
  const certificate = socket.getPeerCertificate().raw
  if (certificate === undefined) return { reason: 'it showed no certificate' }
  const digest = digestOf(certificate)
  if (!accepted.has(digest)) return { reason: 'its certificate is not accepted', digest }
  if (socket.alpnProtocol !== 'h2') return { reason: 'it does not speak HTTP/2', digest }
  socket.authorized = true // by our own check; grpc-js then lets the certificate be read from the call
  return null
}

function close(server: Server, sockets: ReadonlySet<TLSSocket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of sockets) socket.destroy()
  return closed
}

function rememberedContext(): (pair: Pair) => SecureContext {
  let last: { pair: Pair; context: SecureContext } | null = null
  return (pair) => {
    if (last?.pair.cert !== pair.cert || last.pair.key !== pair.key) {
      last = { pair, context: createSecureContext({ ...pair }) }
    }
    return last.context
  }
}
