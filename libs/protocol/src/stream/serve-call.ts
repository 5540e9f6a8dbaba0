import { type StatusObject, status } from '@grpc/grpc-js'
import type { Hello } from '../status.ts'
import { Departure } from './departure.ts'
import { type Call, FollowerCall, type FollowerCallOptions } from './follower-call.ts'
import type { Peer } from './follower-stream.ts'
import { Inbox } from './inbox.ts'
import type { NoMessage, Up } from './messages.ts'
import { namedNode } from './named-node.ts'
import { peerAddress } from './peer-address.ts'
import { ProtocolError } from './protocol-error.ts'
import type { ServeOptions } from './serve-followers.ts'
import { digestOf } from './trust.ts'
import { untilAborted } from './until-aborted.ts'

/**
 * Serves one follower from its first word to its last. Never rejects: whatever goes wrong here concerns no other.
 *
 * @param greeting milliseconds within which it must say Hello
 * @param drain aborts, with a sentence as its reason, when followers have to look for another source
 */
export async function serveCall(
  call: Call,
  options: ServeOptions,
  greeting: number,
  drain: AbortSignal,
): Promise<void> {
  const ended = new AbortController()
  const signal = AbortSignal.any([ended.signal, options.signal])
  const gone = () =>
    drain.aborted ? new Departure('the follower has left') : new Error('the follower is gone')
  call.on('cancelled', () => ended.abort(gone()))
  call.on('error', (error) => ended.abort(error))
  const inbox = new Inbox<Up | NoMessage>(call)
  const peer = peerOf(call)
  let node: string | undefined
  try {
    const hello = await greet(inbox, signal, greeting)
    node = hello.nodeId
    assertWelcome(call, hello, options)
    const stream = streamOf({ call, hello, peer, signal }, options)
    await stream.write({ kind: 'welcome', welcome: options.welcome() })
    stream.listen(inbox).then(
      () => ended.abort(new Departure('the follower has left')),
      (error) => ended.abort(error),
    )
    const forget = onAbort(drain, (reason) => void stream.leave(String(reason)).catch(() => undefined)) // it is gone already
    ended.signal.addEventListener('abort', forget, { once: true })
    await options.session(stream)
    signal.throwIfAborted()
    finish(call, { code: status.OK, details: '' })
  } catch (thrown) {
    const error: unknown = signal.aborted ? signal.reason : thrown // what ended the stream, however the session put it
    const about = { node, peer: peer.address }
    if (error instanceof ProtocolError) {
      options.log.warn({ ...about, reason: error.message }, 'closed a follower that broke the protocol')
    } else if (!signal.aborted) {
      options.log.error({ ...about, err: error }, 'a session failed')
    }
    finish(call, endOf(error, options.signal))
  } finally {
    ended.abort(new Error('the session has ended'))
  }
}

function streamOf(
  known: Pick<FollowerCallOptions, 'call' | 'hello' | 'peer' | 'signal'>,
  { now = () => performance.now(), onBytes }: ServeOptions,
): FollowerCall {
  const { nodeId } = known.hello
  return new FollowerCall({ ...known, now, onBytes: (kind, bytes) => onBytes?.(nodeId, kind, bytes) })
}

/** Calls back now or when the signal aborts, unless the returned function was called. */
function onAbort(signal: AbortSignal, then: (reason: unknown) => void): () => void {
  const told = () => then(signal.reason)
  if (signal.aborted) told()
  else signal.addEventListener('abort', told, { once: true })
  return () => signal.removeEventListener('abort', told)
}

async function greet(inbox: Inbox<Up | NoMessage>, signal: AbortSignal, within: number): Promise<Hello> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new ProtocolError(`no Hello within ${within} ms`)), within)
  try {
    const first = await untilAborted(AbortSignal.any([signal, late.signal]), inbox.next())
    if (first?.kind === 'hello') return first.hello
    if (first?.kind === 'malformed') throw new ProtocolError(first.reason)
    throw new ProtocolError(`${first?.kind ?? 'nothing'} instead of Hello`)
  } finally {
    clearTimeout(timer)
  }
}

function assertWelcome(call: Call, hello: Hello, options: ServeOptions): void {
  if (hello.relay && options.nodesOnly)
    throw new ProtocolError('it says that it is a hub, where only nodes are served')
  if (options.tls.trust().kind === 'pki') assertOwnName(call, hello, options)
}

/** In mode pki a certificate may be that of one node: whoever stole it speaks for no other. */
function assertOwnName(call: Call, { nodeId }: Hello, { onRefused }: Pick<ServeOptions, 'onRefused'>): void {
  const named = namedNode(call.getAuthContext().sslPeerCertificate?.subject)
  if (named === null || named === nodeId.toLowerCase()) return
  onRefused?.('other_node')
  throw new ProtocolError(`its certificate is that of the node ${named}`)
}

function peerOf(call: Call): Peer {
  const certificate = call.getAuthContext().sslPeerCertificate
  // Missing only when the socket is gone already, and with it the follower.
  const certificateDigest = certificate === undefined ? '' : digestOf(certificate.raw)
  const expiry = Date.parse(certificate?.valid_to ?? '')
  return {
    address: peerAddress(call.getPeer().replace(/:\d+$/, '')),
    certificateDigest,
    certificateExpiresAt: Number.isNaN(expiry) ? null : expiry,
  }
}

type End = Pick<StatusObject, 'code' | 'details'>

function endOf(error: unknown, stop: AbortSignal): End {
  if (stop.aborted) return { code: status.UNAVAILABLE, details: 'the source is stopping' }
  if (error instanceof ProtocolError) return { code: status.INVALID_ARGUMENT, details: error.message }
  return { code: status.INTERNAL, details: 'the session failed' }
}

/** Ends both directions, once what is being written is out: an error is how grpc-js lets a server give a status at any time. */
function finish(call: Call, { code, details }: End): void {
  if (!call.cancelled) call.emit('error', Object.assign(new Error(details), { code, details }))
}
