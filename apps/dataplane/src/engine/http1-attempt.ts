import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import type { UpstreamRequest, UpstreamResponse } from './engine.ts'
import type { Attempt, OpenOutcome, OpenResponse } from './upstream-attempt.ts'
import { isTooDeep } from './upstream-chain.ts'
import { awaitUpstream, UpstreamTimeout } from './upstream-patience.ts'
import type { MakeRequest } from './upstream-proxy.ts'

/**
 * Makes one try in HTTP/1.1. Nothing of the request is written before the connection stands, so that a failed connect can be tried
 * again whatever the request is.
 *
 * @param body what to send: the client's stream, bytes instead of it, or null for none
 */
export function attemptHttp1(
  request: UpstreamRequest,
  body: Readable | Uint8Array | null,
  makeRequest: MakeRequest,
): Attempt {
  const { promise, resolve } = Promise.withResolvers<OpenOutcome>()
  let sent = false
  let release = (): void => undefined
  const outgoing = makeRequest(request, [...request.headers, ...framing(request, body)], {
    responded: (response) => resolve({ kind: 'responded', response: openResponse(response) }),
    failed: (error) => resolve({ kind: 'failed', reason: reasonOf(error), sent }),
  })
  const begin = (): void => {
    sent = true
    try {
      const isStream = body !== null && !(body instanceof Uint8Array)
      if (outgoing.socket !== null) {
        const wait = awaitUpstream(outgoing, outgoing.socket, isStream, request.timeouts)
        outgoing.on('response', wait.answered)
        release = wait.release
      }
      sendBody(outgoing, body)
    } catch (error) {
      // node:http refuses some heads as late as now, such as one that promises trailers: thrown here, it ends the thread.
      outgoing.destroy(error instanceof Error ? error : new Error(String(error)))
    }
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
      if (isTooDeep(socket, request.tls)) outgoing.destroy(new Error('the certificate chain is too long'))
      else begin()
    })
  })
  let tunnel: Duplex | undefined
  // Without a listener node:http gives up an upstream that switches protocols unasked.
  if (has(request.headers, 'upgrade')) {
    outgoing.on('upgrade', (response, socket, head) => {
      tunnel = socket
      release()
      // As nginx: the timeout of reading is that of a tunnel on which nothing comes or goes.
      socket.setTimeout(request.timeouts.read, () => socket.destroy())
      // Until somebody uses the tunnel, nobody else hears that it broke.
      socket.on('error', () => socket.destroy())
      resolve({ kind: 'responded', response: { ...headOf(response), tunnel: { socket, head } } })
    })
  }
  let abandoned = false
  outgoing.on('close', () =>
    resolve(abandoned ? { kind: 'abandoned' } : { kind: 'failed', reason: 'broken', sent }),
  )
  const abandon = (): void => {
    abandoned = true
    outgoing.destroy()
    // It no longer belongs to the request.
    tunnel?.destroy()
  }
  return { outcome: promise, abandon }
}

/** Whatever the method, the upstream is told how the body ends. */
function framing({ headers, method }: UpstreamRequest, body: Readable | Uint8Array | null): string[] {
  if (has(headers, 'content-length')) return []
  if (body !== null) return ['Transfer-Encoding', 'chunked']
  return ['POST', 'PUT', 'PATCH'].includes(method) ? ['Content-Length', '0'] : []
}

function has(headers: readonly string[], wanted: string): boolean {
  return headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === wanted)
}

function sendBody(outgoing: ClientRequest, body: Readable | Uint8Array | null): void {
  if (body === null || body instanceof Uint8Array) {
    outgoing.end(body ?? undefined)
    return
  }
  // Now, and not with the first piece: what is wrong with the head is told to whoever called.
  outgoing.flushHeaders()
  body.once('error', (error) => outgoing.destroy(error))
  // Without an end, it would keep its connection until the upstream is late.
  body.once('close', () => {
    if (!body.readableEnded) outgoing.destroy()
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

function reasonOf(error: Error): 'timeout' | 'broken' {
  if (error instanceof UpstreamTimeout) return 'timeout'
  const code = 'code' in error ? String(error.code) : ''
  return code === 'ETIMEDOUT' ? 'timeout' : 'broken'
}
