import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Duplex, Readable } from 'node:stream'
import type { AttemptOutcome, UpstreamRequest, UpstreamResponse } from './engine.ts'
import type { UpstreamPools } from './upstream-pools.ts'

/** A response with the connection that its body comes from. */
export interface OpenResponse extends UpstreamResponse {
  /** The body; absent for a tunnel. */
  readonly body?: IncomingMessage
  /** An accepted tunnel, with the bytes that came right after the upstream's head. */
  readonly tunnel?: { readonly socket: Duplex; readonly head: Buffer }
}

export interface Attempt {
  readonly outcome: Promise<AttemptOutcome & { readonly response?: OpenResponse }>
  /** Gives up: nothing of the try stays open. Harmless when the response has been read to its end. */
  abandon(): void
}

/** The wait for an upstream took longer than its service allows. */
export class UpstreamTimeout extends Error {
  override readonly name = 'UpstreamTimeout'
}

/**
 * Makes one try. Nothing of the request is written before the connection stands, so that a failed connect can be tried
 * again whatever the request is.
 *
 * @param body what to send: the client's stream, bytes instead of it, or null for none
 */
export function attemptUpstream(
  request: UpstreamRequest,
  body: Readable | Uint8Array | null,
  pools: UpstreamPools,
): Attempt {
  const { promise, resolve } = Promise.withResolvers<AttemptOutcome & { readonly response?: OpenResponse }>()
  let sent = false
  const outgoing = openRequest(request, body, pools)
  const begin = (): void => {
    sent = true
    sendBody(outgoing, body, request.timeouts)
  }
  outgoing.on('socket', (socket) => {
    if (outgoing.reusedSocket || !socket.connecting) {
      begin()
      return
    }
    const late = setTimeout(() => outgoing.destroy(new UpstreamTimeout()), request.timeouts.connect)
    outgoing.once('close', () => clearTimeout(late))
    socket.once(request.scheme === 'https' ? 'secureConnect' : 'connect', () => {
      clearTimeout(late)
      begin()
    })
  })
  outgoing.on('response', (response) => resolve({ kind: 'responded', response: openResponse(response) }))
  outgoing.on('upgrade', (response, socket, head) =>
    resolve({ kind: 'responded', response: { ...headOf(response), tunnel: { socket, head } } }),
  )
  // Stays for the whole life of the request: after the head, the body's own error tells the story.
  outgoing.on('error', (error) => resolve({ kind: 'failed', reason: reasonOf(error), sent }))
  outgoing.on('close', () => resolve({ kind: 'abandoned' }))
  return { outcome: promise, abandon: () => outgoing.destroy() }
}

function openRequest(
  request: UpstreamRequest,
  body: Readable | Uint8Array | null,
  pools: UpstreamPools,
): ClientRequest {
  const { scheme, host, port, method, target, verify } = request
  const options = {
    host,
    port,
    method,
    path: target,
    // Given as a list, headers keep their order, their case and their repetitions.
    headers: [...request.headers, ...framing(request, body)],
    setHost: false,
  }
  if (scheme === 'http') return http.request({ ...options, agent: pools.http })
  return https.request({ ...options, agent: pools.https, rejectUnauthorized: verify, ...serverName(request) })
}

/** A list of headers is written as it is, so the framing of the body must be said. */
function framing({ headers, method }: UpstreamRequest, body: Readable | Uint8Array | null): string[] {
  const told = headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length')
  if (told) return []
  if (body !== null) return ['Transfer-Encoding', 'chunked']
  return ['POST', 'PUT', 'PATCH'].includes(method) ? ['Content-Length', '0'] : []
}

/** The name that TLS asks for is that of the Host header; an address has none. */
function serverName({ headers }: UpstreamRequest): { servername?: string } {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'host')
  const name = (headers[at + 1] ?? '').replace(/:\d+$/, '')
  return /^[\d.]+$|[:[\]]/.test(name) ? { servername: '' } : { servername: name }
}

/**
 * While the client's body is on its way, the upstream is late only if it does not take what it is given; a client that
 * pauses is not the upstream's fault. Then it is late if it does not answer.
 */
function sendBody(
  outgoing: ClientRequest,
  body: Readable | Uint8Array | null,
  { write, read }: UpstreamRequest['timeouts'],
): void {
  const isStream = body !== null && !(body instanceof Uint8Array)
  let sending = isStream
  outgoing.on('timeout', () => {
    if (sending && !outgoing.writableNeedDrain) outgoing.setTimeout(write)
    else outgoing.destroy(new UpstreamTimeout())
  })
  outgoing.setTimeout(sending ? write : read)
  if (!isStream) {
    outgoing.end(body ?? undefined)
    return
  }
  outgoing.on('finish', () => {
    sending = false
    outgoing.setTimeout(read)
  })
  body.pipe(outgoing)
}

function openResponse(response: IncomingMessage): OpenResponse {
  return { ...headOf(response), body: response }
}

function headOf(response: IncomingMessage): UpstreamResponse {
  const { statusCode = 502, statusMessage = '', rawHeaders } = response
  return { status: statusCode, reason: statusMessage, headers: rawHeaders }
}

const UNRESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'ESERVFAIL'])

function reasonOf(error: Error): 'unresolved' | 'timeout' | 'broken' {
  if (error instanceof UpstreamTimeout) return 'timeout'
  const code = 'code' in error ? String(error.code) : ''
  if (UNRESOLVED.has(code)) return 'unresolved'
  return code === 'ETIMEDOUT' ? 'timeout' : 'broken'
}
