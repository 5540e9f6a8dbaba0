import { STATUS_CODES } from 'node:http'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { Readable } from 'node:stream'
import type { UpstreamRequest } from './engine.ts'
import { placeOf } from './field-names.ts'
import { Http2Body } from './http2-body.ts'
import { ReplayedBody } from './replayed-body.ts'
import type { Attempt, AttemptUpstream, OpenOutcome, OpenResponse } from './upstream-attempt.ts'
import { awaitUpstream, UpstreamTimeout } from './upstream-patience.ts'
import { NoRoom, type Place, type UpstreamSessions } from './upstream-sessions.ts'

/** How often another session is asked for when one turns the request away untouched, as those do that are about to close. */
const ROUNDS = 3

/** Makes tries in HTTP/2. One that was turned away untouched can be made again whatever the request is. */
export function http2Attempts(sessions: UpstreamSessions): AttemptUpstream {
  const bodies = new WeakMap<Readable, ReplayedBody>()
  return (request, body) => {
    if (body === null || body instanceof Uint8Array) return new Http2Attempt(request, body, sessions)
    const replayed = bodies.get(body) ?? new ReplayedBody(body)
    bodies.set(body, replayed)
    return new Http2Attempt(request, replayed, sessions)
  }
}

/**
 * Nothing was done for a request, so that it can be sent again as far as its body is there: to the same upstream too where it
 * was 'turned-away', and to others only where the connection failed before it was seen.
 */
type Unseen = 'turned-away' | 'unseen'

class Http2Attempt implements Attempt {
  readonly outcome: Promise<OpenOutcome>
  readonly #request: UpstreamRequest
  readonly #body: ReplayedBody | Uint8Array | null
  readonly #sessions: UpstreamSessions
  readonly #abandoned = new AbortController()

  constructor(request: UpstreamRequest, body: ReplayedBody | Uint8Array | null, sessions: UpstreamSessions) {
    this.#request = request
    this.#body = body
    this.#sessions = sessions
    // Certificates that OpenSSL refuses are told of by throwing.
    this.outcome = this.#run().catch(() => ({ kind: 'failed', reason: 'broken', sent: false }))
  }

  abandon(): void {
    // At once: from now on its body is somebody else's to read.
    if (this.#body instanceof ReplayedBody) this.#body.leave()
    this.#abandoned.abort()
  }

  async #run(): Promise<OpenOutcome> {
    const { host, port, tls, headers, timeouts } = this.#request
    const target = { host, port, tls, serverName: nameOf(headers) }
    let isUntouched = true
    for (let round = 0; round < ROUNDS; round += 1) {
      const place = this.#sessions.place(target)
      const session = await inTime(place.session, timeouts.connect, this.#abandoned.signal)
      if (this.#abandoned.signal.aborted) {
        place.release()
        return { kind: 'abandoned' }
      }
      if (session instanceof NoRoom) continue
      if (session instanceof Error) {
        // A connection on which nobody speaks keeps no later call waiting.
        place.retire()
        place.release()
        return {
          kind: 'failed',
          reason: session instanceof UpstreamTimeout ? 'timeout' : 'broken',
          sent: false,
        }
      }
      const outcome = await this.#send(session, place)
      if (outcome !== 'turned-away' && outcome !== 'unseen') return outcome
      isUntouched = !(this.#body instanceof ReplayedBody) || this.#body.isWhole
      if (!isUntouched || outcome === 'unseen') break
    }
    return { kind: 'failed', reason: 'broken', sent: !isUntouched }
  }

  #send(session: ClientHttp2Session, place: Place): Promise<OpenOutcome | Unseen> {
    const { promise, resolve } = Promise.withResolvers<OpenOutcome | Unseen>()
    const body = this.#body
    let stream: ClientHttp2Stream
    try {
      // Closed without it, node:http2 would end the request as if it were whole before it resets it.
      const { signal } = this.#abandoned
      stream = session.request(fieldsOf(this.#request), { endStream: body === null, signal })
    } catch {
      // A header that cannot be written, or a session that has just been told to end, which then is closed.
      place.release()
      resolve(
        session.closed || session.destroyed
          ? 'turned-away'
          : { kind: 'failed', reason: 'broken', sent: false },
      )
      return promise
    }
    const wait = awaitUpstream(stream, stream, body instanceof ReplayedBody, this.#request.timeouts)
    let reason: 'timeout' | 'broken' = 'broken'
    let isSessionOver = false
    stream.on('error', (error: NodeJS.ErrnoException) => {
      isSessionOver = error.code === 'ERR_HTTP2_SESSION_ERROR'
      if (!(error instanceof UpstreamTimeout)) return
      reason = 'timeout'
      // It may be the connection that is dead.
      place.retire()
    })
    stream.on('response', (_fields, flags, ...[raw]: readonly unknown[]) => {
      if (body instanceof ReplayedBody) body.forget()
      // Of gRPC that is an answer of trailers only.
      const isOver = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
      const response = responseOf(
        Array.isArray(raw) ? raw : [],
        new Http2Body(stream, isOver, () => this.abandon()),
      )
      wait.answered(response.body)
      resolve({ kind: 'responded', response })
    })
    stream.on('close', () => {
      if (body instanceof ReplayedBody) body.leave()
      if (this.#abandoned.signal.aborted) place.doubt()
      place.release()
      if (this.#abandoned.signal.aborted) resolve({ kind: 'abandoned' })
      else if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM && !isSessionOver) resolve('turned-away')
      // Not again to this upstream, which has more against the connection than that it is to end.
      else if (stream.id !== undefined && place.isUntouched(stream.id)) resolve('unseen')
      else resolve({ kind: 'failed', reason, sent: true })
    })
    if (body instanceof ReplayedBody) body.sendTo(stream)
    else if (body !== null) stream.end(body)
    return promise
  }
}

/** What becomes of a promise, or why nobody waits for it any longer. */
function inTime<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | Error> {
  return new Promise((resolve) => {
    const settle = (value: T | Error): void => {
      clearTimeout(late)
      signal.removeEventListener('abort', stop)
      resolve(value)
    }
    const stop = (): void => settle(new Error('nobody waits for it'))
    const late = setTimeout(() => settle(new UpstreamTimeout()), ms)
    signal.addEventListener('abort', stop)
    promise.then(settle, (error) => settle(error instanceof Error ? error : new Error(String(error))))
  })
}

/** Fields that belong to one connection of HTTP/1.1. */
const OF_HTTP1: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings'],
  'host',
])

function fieldsOf({ method, target, headers, tls }: UpstreamRequest): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.assign(Object.create(null), {
    ':method': method,
    ':scheme': tls === null ? 'http' : 'https',
    ':authority': headers[placeOf(headers, 'host') + 1] ?? '',
    ':path': target,
  })
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] ?? '').toLowerCase()
    const value = headers[i + 1] ?? ''
    if (OF_HTTP1.has(name)) continue
    const before = fields[name]
    fields[name] = before === undefined ? value : [...[before].flat(), value]
  }
  return fields
}

/** Whom TLS asks for, without a port. */
function nameOf(headers: readonly string[]): string {
  const host = headers[placeOf(headers, 'host') + 1] ?? ''
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}

function responseOf(raw: readonly string[], body: Http2Body): OpenResponse & { readonly body: Http2Body } {
  const status = Number(raw[raw.indexOf(':status') + 1])
  const headers = raw.filter((_, i) => raw[i - (i % 2)] !== ':status')
  return { status, reason: STATUS_CODES[status] ?? '', headers, body }
}
