import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls'
import { HalfOpen } from './half-open.ts'
import { nameIn, refusalOf, type Shown, shownBy } from './judge.ts'
import type { Log } from './log.ts'
import { namedNode } from './named-node.ts'
import { peerAddress } from './peer-address.ts'
import { recheckWhileOpen } from './recheck.ts'
import type { Refusal, RefusalCause } from './refusal.ts'
import { SentChains } from './sent-chain.ts'
import { SparseLines } from './sparse-lines.ts'
import type { AcceptedTls, Trust } from './trust.ts'

export interface TlsOptions {
  readonly listen: { readonly host: string; readonly port: number }
  readonly tls: AcceptedTls
  readonly handshakeTimeout: number
  /** How often the certificates of those that are connected are looked at again, in milliseconds. */
  readonly recheck: number
  readonly log: Log
  /** Told of every connection that is refused or cut off. */
  readonly onRefused: (cause: RefusalCause) => void
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
  const { listen, tls, onRefused } = options
  const log = new SparseLines(options.log)
  const halfOpen = new HalfOpen()
  const admitted = new Map<TLSSocket, Shown>()
  const handshakes = shakeHands({ options, log, admitted }, (socket) => {
    halfOpen.settle(socket)
    accept(socket)
  })
  const sockets = new Set<Socket>()
  const refresh = keepFresh(handshakes, tls)
  const server = createServer((socket) => {
    if (!halfOpen.admit(socket)) {
      onRefused('too_many')
      log.warn(peerAddress(socket.remoteAddress), {}, TOO_MANY)
      return socket.destroy()
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Before each handshake begins. Not by SNI: a follower that knows its source by address sends none.
    refresh()
    handshakes.emit('connection', socket)
  })
  server.listen(listen)
  await once(server, 'listening')
  const closing = new AbortController()
  const rechecked = recheckWhileOpen({
    ...{ admitted, tls, log, onRefused, everyMs: options.recheck, signal: closing.signal },
  })
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

const TOO_MANY = 'refused a connection: too many have shown no certificate yet'

interface Door {
  readonly options: TlsOptions
  readonly log: SparseLines
  readonly admitted: Map<TLSSocket, Shown>
}

/** Makes TLS of the connections that it is given, and accepts those whose certificate is accepted. */
function shakeHands(door: Door, accept: (socket: TLSSocket) => void): TlsServer {
  const { options, log, admitted } = door
  const { tls, onRefused } = options
  const handshakes = createTlsServer({
    ...contextOf(tls),
    ALPNProtocols: ['h2'],
    requestCert: true,
    rejectUnauthorized: false, // the judge decides
    handshakeTimeout: options.handshakeTimeout,
  })
  const chains = new SentChains(handshakes)
  handshakes.on('secureConnection', (socket) => {
    socket.once('close', () => admitted.delete(socket))
    socket.on('error', () => socket.destroy()) // a reset connection is no event; the session that used it ends
    const peer = peerAddress(socket.remoteAddress)
    // What a stranger shows is read here: whatever that may break costs this connection, and no other.
    admit(socket, chains, door, accept).catch((err: unknown) => {
      onRefused('protocol')
      log.error(peer, { err }, 'could not judge a connection')
      socket.destroy()
    })
  })
  handshakes.on('tlsClientError', (error, socket) => {
    onRefused('handshake')
    log.warn(peerAddress(socket.remoteAddress), { reason: error.message }, 'a TLS handshake failed')
    socket.destroy() // Node.js leaves open what has not said anything in time
  })
  return handshakes
}

async function admit(
  socket: TLSSocket,
  chains: SentChains,
  { options: { tls, onRefused }, log, admitted }: Door,
  accept: (socket: TLSSocket) => void,
): Promise<void> {
  const peer = peerAddress(socket.remoteAddress)
  const trust = tls.trust()
  const shown = shownBy(socket, chains.of(socket), trust)
  const about = { digest: shown.digest, subject: nameIn(shown.chain) }
  const verdict = await judge(socket, shown, trust)
  if (socket.destroyed) return
  const refusal = verdict.kind === 'refused' ? verdict : tooMany(shown, trust, admitted)
  if (refusal !== null) {
    onRefused(refusal.cause)
    log.error(peer, { reason: refusal.reason, ...about }, 'refused a connection')
    return void socket.destroy()
  }
  if (verdict.kind === 'doubtful')
    log.warn(peer, { reason: verdict.reason, ...about }, 'could not tell whether a certificate was revoked')
  socket.authorized = true // by our own check; grpc-js then lets the certificate be read from the call
  admitted.set(socket, shown)
  accept(socket)
}

type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'doubtful'; readonly reason: string }
  | ({ readonly kind: 'refused' } & Refusal)

/** Answers at once where nobody else is asked. */
function judge(socket: TLSSocket, shown: Shown, trust: Trust): Verdict | Promise<Verdict> {
  const refusal = refusalOf(shown, trust, Date.now())
  if (refusal !== null) return { kind: 'refused', ...refusal }
  // Its verification was that of another day. Followers never resume a session.
  if (socket.isSessionReused()) return { kind: 'refused', cause: 'protocol', reason: 'it resumed a session' }
  if (socket.alpnProtocol !== 'h2')
    return { kind: 'refused', cause: 'protocol', reason: 'it does not speak HTTP/2' }
  if (trust.kind === 'shared' || trust.revocation === null) return { kind: 'accepted' }
  const { required, check } = trust.revocation
  return check(shown.chain).then((revocation) => {
    if (revocation.kind === 'good') return { kind: 'accepted' }
    const { kind, reason } = revocation
    if (kind === 'bad') return { kind: 'refused', cause: 'revoked', reason }
    return required ? { kind: 'refused', cause: 'revocation_unknown', reason } : { kind: 'doubtful', reason }
  })
}

/** One that a node has, one that its hub does not know to be dead yet, and some of a process that was started twice. */
const MOST_OF_A_NODE = 8

/** Whoever stole the certificate of one node costs a hub no more than a few connections. */
function tooMany(
  { chain: [own], digest }: Shown,
  trust: Trust,
  admitted: ReadonlyMap<TLSSocket, Shown>,
): Refusal | null {
  if (trust.kind === 'shared' || own === undefined) return null
  if (namedNode(own.toLegacyObject().subject) === null) return null
  const others = [...admitted.values()].filter((shown) => shown.digest === digest)
  if (others.length < MOST_OF_A_NODE) return null
  return { cause: 'too_many', reason: `its certificate has ${MOST_OF_A_NODE} connections` }
}

function keepFresh(server: TlsServer, tls: AcceptedTls): () => void {
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

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of sockets) socket.destroy()
  return closed
}
