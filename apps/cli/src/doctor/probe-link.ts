import { once } from 'node:events'
import http2 from 'node:http2'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { type FollowerTls, type ForwardProxy, identifySource, openTunnel } from '@biplane/protocol/stream'
import { CLUSTER_NAME, certificateDigest } from '@biplane/service'

/** How far one gets on a link to an address, with a pair of certificate and key. */
export type LinkOutcome =
  | { readonly kind: 'accepted' }
  /** No connection at all; the code of the error. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** A forward proxy was reached, which leads no further: a sentence that names it. */
  | { readonly kind: 'no-tunnel'; readonly reason: string }
  | { readonly kind: 'no-tls'; readonly reason: string }
  /** The other end speaks TLS and ends the handshake with an alert. */
  | { readonly kind: 'other-protocol'; readonly reason: string }
  /** In mode `shared` the other end shows another certificate than ours, and none that is accepted besides. */
  | { readonly kind: 'stranger'; readonly digest: string; readonly name: string }
  /** In mode `pki` it shows one of another authority or of another name. */
  | { readonly kind: 'untrusted'; readonly reason: string; readonly name: string }
  /** It has our certificate, which cannot be verified. */
  | { readonly kind: 'unverified'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Closed without a word, which is how our own servers refuse. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'silent'; readonly after: 'connection' | 'handshake' }

export interface ProbeOptions {
  /** An IP address: of the forward proxy, where there is one. */
  readonly host: string
  readonly port: number
  /** What is connected to, as it is set: `host:port`. */
  readonly address: string
  /** What we show, and whom we trust. */
  readonly tls: FollowerTls
  /** What it is connected to through; null where nothing stands between. */
  readonly proxy: ForwardProxy | null
  /** For connecting, for the handshake and for the first word after it, each. */
  readonly patienceMs: number
}

/**
 * Does what a follower does before it speaks: connects, shows its certificate, and waits for the settings that begin an
 * HTTP/2 connection. Only somebody who accepts the certificate sends them. No node or hub comes to be listed.
 */
export async function probeLink(options: ProbeOptions): Promise<LinkOutcome> {
  const socket = connectTcp(options.port, options.host)
  try {
    const failure = await connected(socket, options.patienceMs)
    if (failure !== null) return failure
    const { proxy } = options
    const line = proxy === null ? socket : await tunnel(socket, proxy, options)
    return line instanceof Error ? { kind: 'no-tunnel', reason: line.message } : await greeted(line, options)
  } finally {
    socket.destroy()
  }
}

async function connected(socket: Socket, patienceMs: number): Promise<LinkOutcome | null> {
  const event = await firstOf(socket, 'connect', patienceMs)
  if (event === 'connect') return null
  return { kind: 'unreachable', code: event instanceof Error ? codeOf(event) : 'ETIMEDOUT' }
}

async function tunnel(
  socket: Socket,
  proxy: ForwardProxy,
  { address: to, patienceMs: withinMs }: ProbeOptions,
): Promise<Socket | Error> {
  try {
    return await openTunnel(socket, { proxy, to, withinMs, signal: new AbortController().signal })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

async function greeted(
  socket: Socket,
  { address, tls: link, patienceMs }: ProbeOptions,
): Promise<LinkOutcome> {
  const { context, askFor, checkServerIdentity } = identifySource(link, address)
  const tls = connectTls({
    ...{ socket, secureContext: context, servername: askFor, checkServerIdentity },
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false, // to tell what is wrong
  })
  const event = await firstOf(tls, 'secureConnect', patienceMs)
  if (event === 'silence') return { kind: 'silent', after: 'connection' }
  if (event instanceof Error) return handshakeFailure(event)
  if (event === 'close') return { kind: 'no-tls', reason: 'it closed the connection' }
  return judgePeer(tls, link) ?? (await firstWord(tls, patienceMs))
}

/** OpenSSL's reason is a few words, its message a line of addresses and file names. */
function handshakeFailure(error: Error): LinkOutcome {
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
  return { kind: codeOf(error).includes('_ALERT_') ? 'other-protocol' : 'no-tls', reason }
}

/** Null when it is one of ours. */
function judgePeer(tls: TLSSocket, link: FollowerTls): LinkOutcome | null {
  const { raw, subject } = tls.getPeerCertificate()
  const name = [subject?.CN ?? ''].flat().join(', ')
  const reason = String(tls.authorizationError)
  const sources = link.sources?.() ?? { kind: 'shared', accepted: [] }
  if (sources.kind === 'pki') return tls.authorized ? null : { kind: 'untrusted', reason, name }
  const digest = raw === undefined ? '' : certificateDigest(raw)
  const ours = [link.credentials().cert, ...sources.accepted].map((cert) => certificateDigest(cert))
  if (!ours.includes(digest)) return { kind: 'stranger', digest, name }
  return tls.authorized ? null : { kind: 'unverified', reason }
}

async function firstWord(tls: TLSSocket, patienceMs: number): Promise<LinkOutcome> {
  const session = http2.connect(`https://${CLUSTER_NAME}`, { createConnection: () => tls })
  const event = await firstOf(session, 'remoteSettings', patienceMs)
  session.destroy()
  if (event === 'remoteSettings') return { kind: 'accepted' }
  if (event === 'silence') return { kind: 'silent', after: 'handshake' }
  if (!(event instanceof Error) || codeOf(event) === 'ECONNRESET') return { kind: 'closed' }
  return { kind: 'refused', reason: event.message }
}

type Emitter = Socket | TLSSocket | http2.ClientHttp2Session

/** What happens first: the event, an error, the end, or nothing in time. */
async function firstOf<E extends string>(
  emitter: Emitter,
  event: E,
  patienceMs: number,
): Promise<E | 'close' | 'silence' | Error> {
  const ended = new AbortController()
  const { signal } = ended
  const happens = (name: string) => once(emitter, name, { signal })
  const timer = AbortSignal.timeout(patienceMs)
  emitter.on('error', () => undefined) // a second one is no news
  try {
    return await Promise.race([
      happens(event).then(() => event),
      happens('close').then(() => 'close' as const),
      once(timer, 'abort', { signal }).then(() => 'silence' as const),
    ])
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    ended.abort()
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message
}
