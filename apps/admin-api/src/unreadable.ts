import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/** What Node tells of bytes that it cannot read as a request. */
interface Unreadable extends Error {
  readonly code?: string
  /** The bytes; Fastify's type for it is another one. */
  readonly rawPacket?: unknown
}

/**
 * Answers what is no request that Node reads, in the form of all refusals, and ends the connection.
 *
 * @param server the `Server` header, if answers carry it
 */
export function refuseUnreadable(error: Unreadable, socket: Socket, server: string | null): void {
  if (!socket.writable) return void socket.destroy()
  const { status, message } = refusalOf(error)
  const body = JSON.stringify({ message })
  const headers = [
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${body.length}`,
    ...(server === null ? [] : [`Server: ${server}`]),
    'Connection: close',
  ]
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers, '', body].join('\r\n'))
}

interface Refusal {
  readonly status: number
  readonly message: string
}

function refusalOf({ code, rawPacket }: Unreadable): Refusal {
  const isRequest = rawPacket instanceof Uint8Array && REQUEST_LINE.test(latin1(rawPacket))
  if (code === 'HPE_INVALID_METHOD' && isRequest) return { status: 405, message: 'Method not allowed' }
  return REFUSALS[code ?? ''] ?? { status: 400, message: 'Bad request' }
}

/** A verb that Node does not know, in a request that is otherwise well formed. */
const REQUEST_LINE = /^[A-Z_-]+ \S+ HTTP\/1\.[01]\r\n/

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_INVALID_URL: {
    status: 400,
    message: 'Bad request: whatever is no ASCII in a URL must be percent-encoded',
  },
  HPE_HEADER_OVERFLOW: { status: 431, message: 'Request header fields too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'Request timeout' },
}
