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
