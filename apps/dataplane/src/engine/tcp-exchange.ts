import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Timeouts } from '../runtime/compiled-service.ts'
import type {
  ConnectOutcome,
  IncomingStream,
  StreamEnd,
  StreamExchange,
  StreamTarget,
  StreamTraffic,
  Terminated,
} from '../streams/stream.ts'
import { carry } from './carry.ts'
import { endTls } from './end-tls.ts'
import { connectUpstream, type UpstreamConnects } from './stream-connect.ts'

/** What all exchanges of an engine share. */
export interface ExchangeParts extends UpstreamConnects {
  /** What a handshake with a client of this server name is made with. */
  readonly contextFor: (serverName: string | undefined) => SecureContext
  /** How long that may take, milliseconds. */
  readonly headMs: number
}

/** One connection of a client that is carried as it is. */
export class TcpExchange implements StreamExchange {
  readonly stream: IncomingStream
  readonly #parts: ExchangeParts
  /** The connection as it was accepted, and what TLS made of it. */
  readonly #raw: Socket
  #client: Socket
  #upstream: Socket | undefined
  #tls: StreamTraffic['tls'] = null
  #isCut = false

  constructor(raw: Socket, stream: IncomingStream, parts: ExchangeParts) {
    this.#raw = raw
    this.#client = raw
    this.stream = stream
    this.#parts = parts
  }

  get traffic(): StreamTraffic {
    const [client, upstream] = [this.#client, this.#upstream]
    return {
      received: client.bytesRead,
      sent: client.bytesWritten,
      upstreamReceived: upstream?.bytesRead ?? 0,
      upstreamSent: upstream?.bytesWritten ?? 0,
      tls: this.#tls,
    }
  }

  async terminate(): Promise<Terminated> {
    const ended = await endTls(this.#raw, this.#parts.contextFor(this.stream.serverName), this.#parts.headMs)
    if ('why' in ended) return { kind: 'failed', why: ended.why }
    const { secure } = ended
    this.#client = secure
    this.#tls = { version: secure.getProtocol() ?? '', cipher: secure.getCipher()?.name ?? '' }
    return { kind: 'terminated' }
  }

  async connect(to: StreamTarget): Promise<ConnectOutcome> {
    if (this.#client.destroyed) return { kind: 'abandoned' }
    const connecting = connectUpstream(to, this.#parts)
    if (connecting === undefined) return { kind: 'crowded' }
    const { socket } = connecting
    // A client that leaves takes it with it.
    const leave = (): void => void socket.destroy()
    this.#upstream = socket
    this.#client.once('close', leave)
    const outcome = await connecting.outcome
    this.#client.off('close', leave)
    if (!this.#client.destroyed) return outcome
    socket.destroy()
    return { kind: 'abandoned' }
  }

  async carry(timeouts: Pick<Timeouts, 'read' | 'write'>): Promise<StreamEnd> {
    if (this.#upstream === undefined) throw new Error('a stream is carried to an upstream that was reached')
    const end = await carry(this.#client, this.#upstream, timeouts)
    return this.#isCut ? 'cut' : end
  }

  /** Ends it, whatever is under way. */
  cut(): void {
    this.#isCut = true
    this.close()
  }

  /** Nothing of it stays open. */
  close(): void {
    this.#client.destroy()
    this.#raw.destroy()
    this.#upstream?.destroy()
  }
}
