import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { IncomingRequest } from './engine.ts'
import { type Flaw, flawOf } from './flaws.ts'

/** A request of a node:http server as engines tell it. */
export function describeRequest({
  incoming,
  upgradeHead,
  flaw,
  maxBodyBytes,
  proxied,
}: {
  readonly incoming: IncomingMessage
  readonly proxied: string | null
  /** Given when the server has handed the connection over. */
  readonly upgradeHead?: Buffer
  /** Given when it could not even be read. */
  readonly flaw?: Flaw
  readonly maxBodyBytes: number
}): IncomingRequest {
  const { socket, headers, rawHeaders, method = 'GET', url = '/', httpVersion: version } = incoming
  const scheme = schemeOf(socket)
  const length = Number(headers['content-length'] ?? 0)
  const hasBody = headers['transfer-encoding'] !== undefined || length > 0
  const isHandedOver = upgradeHead !== undefined
  const websocket = isHandedOver && headers.upgrade?.toLowerCase() === 'websocket'
  const head = { method, target: url, version, headers: rawHeaders, scheme, websocket } as const
  return {
    method,
    target: url.startsWith('/')
      ? url
      : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '').replace(/^(?=\?|$)/, '/'),
    ...arrivalOf(socket),
    proxied,
    headers: rawHeaders,
    hasBody,
    websocket,
    version: version === '1.0' ? '1.0' : '1.1',
    // The body of a connection that was handed over is nobody's.
    flaw:
      flaw ??
      flawOf(head) ??
      (isHandedOver && hasBody ? 'malformed' : null) ??
      (maxBodyBytes > 0 && length > maxBodyBytes ? 'body-too-large' : null),
  }
}

/** What a request tells of its connection. */
export function arrivalOf(
  socket: Socket,
): Pick<IncomingRequest, 'scheme' | 'peer' | 'peerPort' | 'address' | 'port' | 'serverName'> {
  return {
    scheme: schemeOf(socket),
    peer: plainAddress(socket.remoteAddress),
    peerPort: socket.remotePort ?? 0,
    address: plainAddress(socket.localAddress),
    port: socket.localPort ?? 0,
    serverName: socket instanceof TLSSocket ? serverNameOf(socket) : undefined,
  }
}

function schemeOf(socket: Socket): 'http' | 'https' {
  return socket instanceof TLSSocket ? 'https' : 'http'
}

/** An IPv4 address may come in the form of IPv6. */
export function plainAddress(ip = ''): string {
  return ip.replace(/^::ffff:(?=\d+\.)/, '')
}

/** Node gives the name that the client asked for, or false; its types know neither. */
function serverNameOf(
  socket: TLSSocket & { readonly servername?: string | false | null },
): string | undefined {
  return socket.servername || undefined
}
