import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Patience } from '../overload/patience.ts'
import type { Client, Connections } from './connections.ts'
import { FrameFlood } from './frame-flood.ts'
import { Http2Client } from './http2-client.ts'
import type { EngineSurroundings } from './node-http.ts'
import type { ProxiedClients } from './proxied-clients.ts'
import type { ServeRequest } from './serve-requests.ts'

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_FLAG_END_STREAM } = constants

/**
 * Kong's, where it has any. What is beyond them ends the stream or the connection, and so do streams that are reset faster
 * than node:http2 finds sensible.
 */
const OPTIONS = {
  settings: { maxConcurrentStreams: 128, maxHeaderListSize: 32 * 1024 },
  // How many may come is asked elsewhere, as for HTTP/1.1.
  maxHeaderListPairs: 2048,
  maxSessionInvalidFrames: 100,
} as const

export interface Http2Surroundings {
  readonly connections: Connections
  readonly proxiedClients: ProxiedClients
  readonly patience: Patience
  readonly maxBodyBytes: number
  readonly tooSlow: EngineSurroundings['tooSlow']
}

/** Serves the requests of connections that speak HTTP/2. @returns what takes such a connection */
export function http2Sessions(serve: ServeRequest, shared: Http2Surroundings): (socket: Socket) => void {
  const { connections, proxiedClients, patience, maxBodyBytes, tooSlow } = shared
  const stuck = (): void => tooSlow('answer')
  return (socket) => {
    const client = connections.of(socket)
    // Of one that was turned away nothing is read any more.
    if (client === undefined || !client.isHeard) {
      socket.resume()
      return
    }
    const session = performServerHandshake(socket, OPTIONS)
    const speaking = new Http2Speaking(session, socket)
    client.session = speaking
    session.on('stream', (stream, _headers, flags, fields: string[]) => {
      speaking.follow(stream)
      const side = new Http2Client({
        stream,
        fields,
        endsWithHead: (flags & NGHTTP2_FLAG_END_STREAM) !== 0,
        socket,
        patience,
        maxBodyBytes,
        proxied: proxiedClients.behind(socket),
        answering: () => {
          if (connections.isToLeave(client)) speaking.leave()
        },
        stuck,
        carried: speaking.carried,
      })
      serve(client, side, 0)
    })
  }
}

/** A connection that speaks HTTP/2. */
class Http2Speaking implements NonNullable<Client['session']> {
  readonly #session: ServerHttp2Session
  readonly #socket: Socket
  readonly #flood = new FrameFlood(performance.now())
  /** Those whose bodies may wait to be read. */
  readonly #streams = new Set<ServerHttp2Stream>()
  #carried = 0

  constructor(session: ServerHttp2Session, socket: Socket) {
    this.#session = session
    this.#socket = socket
    // Its streams hear of it.
    session.on('error', () => undefined)
    socket.on('error', () => session.destroy())
    // Who sends no more gets no more: that is no way to end a request in HTTP/2.
    socket.allowHalfOpen = false
  }

  readonly carried = (bytes: number): void => {
    this.#carried += bytes
  }

  follow(stream: ServerHttp2Stream): void {
    this.#streams.add(stream)
    stream.once('close', () => {
      this.#streams.delete(stream)
      this.#carried += stream.readableLength
    })
  }

  leave(): boolean {
    if (this.#session.closed) return false
    this.#session.close()
    return true
  }

  endIfFlooded(now: number): void {
    let carried = this.#carried
    for (const { readableLength } of this.#streams) carried += readableLength
    if (this.#flood.isOne(this.#socket.bytesRead, carried, now))
      this.#session.destroy(undefined, NGHTTP2_ENHANCE_YOUR_CALM)
  }
}
