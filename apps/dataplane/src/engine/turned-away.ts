import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { OVERLOADED, OVERLOADED_STATUS } from '../overload/answer.ts'

/** How long a client that was turned away may take to hear it. */
const HEAR_MS = 1000
/** How many may do so at the same moment: they hold sockets. */
const HEARING = 256

/** Connections beyond the bound: nobody reads what they ask for. */
export class TurnedAway {
  #hearing = 0

  /** How many of them are not closed yet. */
  get hearing(): number {
    return this.#hearing
  }

  /** Says why and closes; with TLS, or where there are too many already, it closes only. */
  take(socket: Socket, isTls: boolean): void {
    socket.on('error', () => socket.destroy())
    if (isTls || this.#hearing >= HEARING) {
      socket.destroy()
      return
    }
    this.#hearing += 1
    // A connection that is closed with bytes unread is reset, and the answer may be lost.
    const late = setTimeout(() => socket.destroy(), HEAR_MS)
    socket.on('close', () => {
      this.#hearing -= 1
      clearTimeout(late)
    })
    socket.end(ANSWER)
  }
}

const BODY = JSON.stringify({ message: OVERLOADED })
const ANSWER = [
  `HTTP/1.1 ${OVERLOADED_STATUS} ${STATUS_CODES[OVERLOADED_STATUS]}`,
  'Content-Type: application/json; charset=utf-8',
  `Content-Length: ${Buffer.byteLength(BODY)}`,
  'Retry-After: 1',
  'Connection: close',
  '',
  BODY,
].join('\r\n')
