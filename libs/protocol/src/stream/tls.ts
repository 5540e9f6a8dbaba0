import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { nameIn, refusalOf, type Shown, shownBy } from './judge.ts'
import type { Log } from './log.ts'
import { peerAddress } from './peer-address.ts'
import { recheckWhileOpen } from './recheck.ts'
import { SparseLines } from './sparse-lines.ts'
import { type AcceptedTls, digestOf, type Trust } from './trust.ts'

export interface TlsOptions {
  readonly listen: { readonly host: string; readonly port: number }
  readonly tls: AcceptedTls
  readonly handshakeTimeout: number
  /** How often the certificates of those that are connected are looked at again, in milliseconds. */
  readonly recheck: number
  readonly log: Log
}

export interface TlsFront {
  readonly address: { readonly host: string; readonly port: number }
  /** Takes no more connections; those that there are stay. */
  stopListening(): void
  /** Stops listening and cuts every connection. Resolves when the port is free. */
  close(): Promise<void>
}

/**
 * Listens for TLS connections and hands on those whose certificate is accepted. The others are cut without a word: to a
 * stranger a refusal looks like any other broken connection. Handing on means here that the socket counts as authorized.
 * Whose certificate is no longer accepted, or was revoked, is cut off while connected.
 */
export async function listenTls(options: TlsOptions, accept: (socket: TLSSocket) => void): Promise<TlsFront> {
  const { listen, tls } = options
  const log = new SparseLines(options.log)
  const server = createServer({
    ...contextOf(tls),
    ALPNProtocols: ['h2'],
    requestCert: true,
    rejectUnauthorized: false, // the judge decides
    handshakeTimeout: options.handshakeTimeout,
  })
  // Before the handshake of each connection begins. Not by SNI: a follower that knows its source by address sends none.
  server.prependListener('connection', keepFresh(server, tls))
  const sockets = new Set<TLSSocket>()
  const admitted = new Map<TLSSocket, Shown>()
  server.on('secureConnection', async (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket) && admitted.delete(socket))
    socket.on('error', () => socket.destroy()) // a reset connection is no event; the session that used it ends
    const peer = peerAddress(socket.remoteAddress)
    const trust = tls.trust()
    const shown = shownBy(socket, trust)
    const about = { digest: digestIn(shown), subject: nameIn(shown.chain) }
    const verdict = await judge(socket, shown, trust)
    if (socket.destroyed) return
    if (verdict.kind === 'refused') {
      log.error(peer, { reason: verdict.reason, ...about }, 'refused a connection')
      return socket.destroy()
    }
    if (verdict.kind === 'doubtful')
      log.warn(peer, { reason: verdict.reason, ...about }, 'could not tell whether a certificate was revoked')
    socket.authorized = true // by our own check; grpc-js then lets the certificate be read from the call
    admitted.set(socket, shown)
    accept(socket)
  })
  server.on('tlsClientError', (error, socket) => {
    log.warn(peerAddress(socket.remoteAddress), { reason: error.message }, 'a TLS handshake failed')
  })
  server.listen(listen)
  await once(server, 'listening')
  const closing = new AbortController()
  const rechecked = recheckWhileOpen({ admitted, tls, log, everyMs: options.recheck, signal: closing.signal })
  const { address: host, port } = server.address() as AddressInfo // it listens on TCP, so this is neither a path nor null
  return {
    address: { host, port },
    stopListening: () => void server.close(),
    async close() {
      closing.abort()
      await Promise.all([close(server, sockets), rechecked])
    },
  }
}

type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'doubtful'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** Answers at once where nobody else is asked. */
function judge(socket: TLSSocket, shown: Shown, trust: Trust): Verdict | Promise<Verdict> {
  const refusal = refusalOf(shown, trust, Date.now())
  if (refusal !== null) return { kind: 'refused', reason: refusal }
  // Its verification was that of another day. Followers never resume a session.
  if (socket.isSessionReused()) return { kind: 'refused', reason: 'it resumed a session' }
  if (socket.alpnProtocol !== 'h2') return { kind: 'refused', reason: 'it does not speak HTTP/2' }
  if (trust.kind === 'shared' || trust.revocation === null) return { kind: 'accepted' }
  const { required, check } = trust.revocation
  return check(shown.chain).then((revocation) => {
    if (revocation.kind === 'good') return { kind: 'accepted' }
    const refused = revocation.kind === 'bad' || required
    return { kind: refused ? 'refused' : 'doubtful', reason: revocation.reason }
  })
}

function keepFresh(server: Server, tls: AcceptedTls): () => void {
  let last = contextOf(tls)
  return () => {
    const next = contextOf(tls)
    if (next.cert === last.cert && next.key === last.key && next.ca === last.ca) return
    server.setSecureContext(next)
    last = next
  }
}

function contextOf(tls: AcceptedTls): { cert: string; key: string; ca?: string } {
  const accepted = tls.trust()
  const { cert, key } = tls.credentials()
  return accepted.kind === 'pki' ? { cert, key, ca: accepted.authorities.pem } : { cert, key }
}

function digestIn({ chain: [own] }: Shown): string | undefined {
  return own === undefined ? undefined : digestOf(own.raw)
}

function close(server: Server, sockets: ReadonlySet<TLSSocket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of sockets) socket.destroy()
  return closed
}
