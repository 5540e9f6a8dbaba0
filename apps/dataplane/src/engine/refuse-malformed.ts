import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

type Refusal = readonly [status: string, message: string]

const LATE: Refusal = ['408 Request Timeout', 'Request timeout']

/** What node:http could not read, and Kong's answer to it. */
const ANSWERS: ReadonlyMap<string, Refusal> = new Map([
  ['HPE_HEADER_OVERFLOW', ['494', 'Request header or cookie too large']],
  ['ERR_HTTP_REQUEST_TIMEOUT', LATE],
])
const MALFORMED: Refusal = ['400 Bad Request', 'Bad request']

/** Answers a client that does not speak HTTP, if it can still hear, and hangs up. */
export function refuseMalformed(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  hangUp(socket, ANSWERS.get(error.code ?? '') ?? MALFORMED)
}

/** Answers a client whose request does not come to its end, and hangs up. */
export function refuseLate(socket: Duplex): void {
  hangUp(socket, LATE)
}

function hangUp(socket: Duplex, [status, message]: Refusal): void {
  const body = `${message}\n`
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
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
