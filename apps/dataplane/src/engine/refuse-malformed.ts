import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** What node:http could not read, and Kong's answer to it. */
const ANSWERS: ReadonlyMap<string, readonly [status: string, message: string]> = new Map([
  ['HPE_HEADER_OVERFLOW', ['494', 'Request header or cookie too large']],
  ['ERR_HTTP_REQUEST_TIMEOUT', ['408 Request Timeout', 'Request timeout']],
])
const MALFORMED = ['400 Bad Request', 'Bad request'] as const

/** Answers a client that does not speak HTTP, if it can still hear, and hangs up. */
export function refuseMalformed(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] = ANSWERS.get(error.code ?? '') ?? MALFORMED
  const body = `${message}\n`
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/**
 * Answers a request with two hosts, which node:http lets through: whoever stands before or behind this node might believe
 * the other one (RFC 9112 section 3.2).
 *
 * @returns whether it was one
 */
export function refuseSecondHost({ rawHeaders }: IncomingMessage, outgoing: ServerResponse): boolean {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') hosts += 1
  if (hosts < 2) return false
  const [, message] = MALFORMED
  outgoing.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
  outgoing.end(`${message}\n`)
  return true
}
