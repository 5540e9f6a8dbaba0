import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** What went over the wire for one request, heads included; of TLS what it carries. */
export interface Traffic {
  readonly received: number
  readonly sent: number
  readonly tls: { readonly version: string; readonly cipher: string } | null
}

/** How many bytes of a connection belong to requests that are over. */
const received = new WeakMap<Socket, number>()

/** Counts what its connection reads and writes until the response is closed: requests of one connection follow each other. */
export class SocketTraffic implements Traffic {
  readonly #socket: Socket
  readonly #writtenBefore: number
  readonly #readBefore: number

  constructor(socket: Socket, outgoing: ServerResponse) {
    this.#socket = socket
    this.#writtenBefore = socket.bytesWritten ?? 0
    this.#readBefore = received.get(socket) ?? 0
    outgoing.once('close', () => received.set(socket, socket.bytesRead))
  }

  get received(): number {
    return this.#socket.bytesRead - this.#readBefore
  }

  get sent(): number {
    return (this.#socket.bytesWritten ?? 0) - this.#writtenBefore
  }

  get tls(): Traffic['tls'] {
    return tlsOf(this.#socket)
  }
}

export function tlsOf(socket: Socket): Traffic['tls'] {
  if (!(socket instanceof TLSSocket)) return null
  return { version: socket.getProtocol() ?? '', cipher: socket.getCipher()?.name ?? '' }
}
