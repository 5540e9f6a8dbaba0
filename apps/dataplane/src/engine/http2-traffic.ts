import type { Socket } from 'node:net'
import { type Traffic, tlsOf } from './traffic.ts'

/** What a frame costs beside what it carries. */
const FRAME = 9

/** Counts what belongs to one request, of all that its connection carries. Header fields count as they are, not compressed. */
export class Http2Traffic implements Traffic {
  received = 0
  sent = 0
  readonly #socket: Socket
  readonly #carried: (bytes: number) => void

  /** @param carried told of the same bytes */
  constructor(socket: Socket, carried: (bytes: number) => void) {
    this.#socket = socket
    this.#carried = carried
  }

  receivedHead(fields: readonly string[]): void {
    this.receivedBytes(FRAME + lengthOf(fields))
  }

  receivedBytes(bytes: number): void {
    this.received += bytes
    this.#carried(bytes)
  }

  sentHead(fields: readonly string[]): void {
    this.sentBytes(FRAME + lengthOf(fields))
  }

  sentBytes(bytes: number): void {
    this.sent += bytes
    this.#carried(bytes)
  }

  get tls(): Traffic['tls'] {
    return tlsOf(this.#socket)
  }
}

function lengthOf(fields: readonly string[]): number {
  let length = 0
  for (const text of fields) length += text.length
  return length
}
