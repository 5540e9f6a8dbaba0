import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { Patience } from '../overload/patience.ts'
import type { BodyForm, ClientEvents, ClientSide } from './client-side.ts'
import { describeHttp2 } from './describe-http2.ts'
import type { IncomingRequest, ResponseHead } from './engine.ts'
import { Http2Answer } from './http2-answer.ts'
import { Http2RequestBody } from './http2-request-body.ts'
import { Http2Traffic } from './http2-traffic.ts'

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants

/** What a request over HTTP/2 comes with. */
export interface Http2Parts {
  readonly stream: ServerHttp2Stream
  /** Names and values in turn. */
  readonly fields: readonly string[]
  /** Whether nothing follows the head. */
  readonly endsWithHead: boolean
  readonly socket: Socket
  readonly patience: Pick<Patience, 'bodyMs' | 'sendMs'>
  /** How long a body may be; 0 sets no bound. */
  readonly maxBodyBytes: number
  /** The client that the peer named when it connected. */
  readonly proxied: string | null
  /** Told when an answer begins. */
  readonly answering: () => void
  /** Told of a client that takes nothing of its answer for too long. */
  readonly stuck: () => void
  /** Told of bytes of the request and the answer. */
  readonly carried: (bytes: number) => void
}

/** The client of one stream of HTTP/2. What is wrong with it ends its stream, and no other of its connection. */
export class Http2Client implements ClientSide {
  readonly request: IncomingRequest
  readonly traffic: Http2Traffic
  readonly body: Http2RequestBody
  readonly takesTrailers = true
  readonly #given: Http2Parts
  readonly #answer: Http2Answer
  #events: ClientEvents | undefined
  /** Whether the client may hold its body back until it is told to send it. */
  #awaitsContinue: boolean

  constructor(given: Http2Parts) {
    const { stream, fields, socket, carried } = given
    this.#given = given
    this.body = new Http2RequestBody(stream)
    this.request = describeHttp2(given)
    this.#awaitsContinue = this.request.hasBody && this.#valueOf('expect')?.toLowerCase() === '100-continue'
    this.traffic = new Http2Traffic(socket, carried)
    this.traffic.receivedHead(fields)
    this.#answer = new Http2Answer(stream, this.traffic, () => this.#handedOver())
    // Unlike any other, such a listener sets nothing flowing.
    stream.prependListener('data', (chunk: Buffer) => this.traffic.receivedBytes(chunk.byteLength))
    if (!this.request.hasBody) stream.resume()
  }

  get isBodyComplete(): boolean {
    return this.#given.endsWithHead || this.body.readableEnded || this.#given.stream.state.remoteClose === 1
  }

  get statedLength(): string | undefined {
    return this.#valueOf('content-length')
  }

  get hasBegun(): boolean {
    return this.#given.stream.headersSent
  }

  get hasEnded(): boolean {
    return this.#answer.isOver
  }

  hear(events: ClientEvents): void {
    this.#events = events
    const { stream } = this.#given
    stream.on('error', () => events.broken())
    stream.on('close', () => {
      this.#answer.destroy()
      events.closed()
    })
    stream.on('timeout', () => this.#look(events))
    if (!this.#given.endsWithHead) stream.setTimeout(this.#given.patience.bodyMs)
  }

  askForBody(): void {
    const { stream } = this.#given
    if (this.#awaitsContinue && !stream.headersSent && !stream.closed)
      stream.additionalHeaders({ ':status': 100 })
    this.#awaitsContinue = false
  }

  begin(head: ResponseHead, _isLast: boolean, body: BodyForm): Writable {
    this.#given.answering()
    this.#answer.begin(head, this.request.method, body)
    const { stream, patience } = this.#given
    if (!stream.closed) stream.setTimeout(patience.sendMs)
    return this.#answer
  }

  addTrailers(fields: readonly string[]): void {
    this.#answer.trailers = fields
  }

  dropBody(): void {
    this.body.letGo()
  }

  breakOff(): void {
    this.#end(NGHTTP2_INTERNAL_ERROR)
  }

  openTunnel(): Promise<void> {
    throw new Error('no tunnel leads through HTTP/2')
  }

  #handedOver(): void {
    this.#events?.sent()
    // Nobody waits for the rest of a body, which an answer may come before (RFC 9113 section 8.1).
    if (this.request.hasBody) this.dropBody()
    if (!this.isBodyComplete) setImmediate(() => this.#end(NGHTTP2_NO_ERROR))
  }

  /**
   * A client that stops in the middle would keep its upstream for ever. Once it is answered, both sides speak when they
   * like, and it only has to take what there is for it.
   */
  #look(events: ClientEvents): void {
    const { patience, stream, stuck } = this.#given
    if (stream.headersSent) {
      stream.setTimeout(patience.sendMs)
      // All of an answer may be handed over, and nothing of it taken.
      if (this.#answer.writableLength === 0 && !this.#answer.isOver) return
      stuck()
      this.#end(NGHTTP2_CANCEL)
      return
    }
    stream.setTimeout(patience.bodyMs)
    // While nobody takes what it sends, the silence is not the client's.
    if (!this.isBodyComplete && this.body.readableFlowing === true) events.late()
  }

  /** Who does not even take that a stream is over takes nothing any more: its other streams would be kept for ever, too. */
  #end(code: number): void {
    const { stream, socket, patience } = this.#given
    if (stream.destroyed) return
    stream.close(code)
    const late = setTimeout(() => socket.destroy(), patience.sendMs)
    stream.once('close', () => clearTimeout(late))
  }

  #valueOf(name: string): string | undefined {
    const { headers } = this.request
    for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1]
    return undefined
  }
}
