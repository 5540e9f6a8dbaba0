import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { Balancer } from '../balancer.ts'
import { portOf } from './sockets.ts'

/** What a stream is known by, besides what goes on it. */
export interface Opened {
  readonly stream: ClientHttp2Stream
  /** That its connection comes from. */
  readonly port: number
  /** Of a connection that is new. */
  readonly certificate: string | null
}

/** One connection of HTTP/2 after another, each used until it goes away. */
export class Http2Client {
  readonly #balancer: Balancer
  readonly #serverName: string | null
  #session: ClientHttp2Session | null = null

  /** @param serverName null where it knows beforehand that the other side speaks HTTP/2, without TLS */
  constructor(balancer: Balancer, serverName: string | null) {
    this.#balancer = balancer
    this.#serverName = serverName
  }

  async open(headers: OutgoingHttpHeaders, endStream: boolean): Promise<Opened> {
    const isFresh = this.#session === null || this.#session.closed || this.#session.destroyed
    const session = isFresh ? await this.#connect() : (this.#session ?? (await this.#connect()))
    this.#session = session
    const { socket } = session
    const stream = session.request(
      { ':scheme': this.#serverName === null ? 'http' : 'https', ...headers },
      { endStream },
    )
    return {
      stream,
      port: socket?.localPort ?? 0,
      certificate: isFresh && this.#serverName !== null ? fingerprintOf(socket) : null,
    }
  }

  renew(): void {
    this.#session?.close()
    this.#session = null
  }

  async #connect(): Promise<ClientHttp2Session> {
    const port = portOf(this.#balancer)
    const session =
      this.#serverName === null
        ? connect(`http://127.0.0.1:${port}`)
        : connect(`https://127.0.0.1:${port}`, { servername: this.#serverName, rejectUnauthorized: false })
    await new Promise<void>((done, failed) => {
      session.once('connect', () => done())
      session.once('error', failed)
      session.once('close', () => failed(new Error('closed before it was connected')))
    })
    // Told to those who have streams on it.
    session.on('error', () => undefined)
    return session
  }
}

/** Whether the other side says that it has not looked at it: then anybody may send it again. */
export function isRefused(stream: ClientHttp2Stream): boolean {
  return stream.rstCode === constants.NGHTTP2_REFUSED_STREAM
}

function fingerprintOf(socket: object | undefined): string | null {
  if (socket === undefined || !('getPeerX509Certificate' in socket)) return null
  // The session gives its socket behind a proxy that hides the class.
  return (socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? null
}
