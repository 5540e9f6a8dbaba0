import type { Readable } from 'node:stream'
import type { Slowness } from '../overload/reasons.ts'
import { applied, asStream, type ChunkTransform, counting } from './chunk-streams.ts'
import type { BodyForm, ClientEvents, ClientSide } from './client-side.ts'
import type {
  AttemptOutcome,
  Exchange,
  IncomingRequest,
  ResponseBody,
  ResponseHead,
  StoredBody,
  UpstreamRequest,
  UpstreamResponse,
} from './engine.ts'
import type { Flaw } from './flaws.ts'
import { type Room, readAhead } from './read-ahead.ts'
import { FileBody, storeAll } from './stored-body.ts'
import type { Traffic } from './traffic.ts'
import type { Attempt, AttemptUpstream, OpenResponse, UpstreamBody } from './upstream-attempt.ts'
import type { UpstreamPools } from './upstream-pools.ts'

/** What all exchanges of an engine work with. */
export interface ExchangeParts {
  readonly attemptUpstream: AttemptUpstream
  readonly isCrowded: UpstreamPools['isCrowded']
  /** How long a body may be; 0 sets no bound. */
  readonly maxBodyBytes: number
  /** Where bodies are stored that are too long for memory. */
  readonly bodyFolder: string
  readonly room: Room
  readonly tooSlow: (slowness: Slowness) => void
}

/** One request of a client, over whatever version of HTTP, and what is done for it. */
export class NodeExchange implements Exchange, ClientEvents {
  readonly ahead: number
  /** Of the answer; 0 as long as there is none. */
  status = 0
  /** Resolves when the answer is sent, or the client gone. */
  readonly answered: Promise<void>
  readonly #client: ClientSide
  readonly #parts: ExchangeParts
  readonly #settle: () => void
  #clientGone = false
  readonly #bodyRefused = new AbortController()
  #bodyFlaw: Flaw | null = null
  #attempt: Attempt | undefined
  #responses = new Map<UpstreamResponse, OpenResponse>()
  /** Bodies that were read ahead to their end. */
  #requestBytes: Buffer | null = null
  #responseBytes: Buffer | null = null
  /** The body as it passes, where its length is to be watched. */
  #counted: Readable | undefined
  #requestFile: FileBody | undefined
  /** How many bytes of the room are taken. */
  #held = 0

  constructor(client: ClientSide, ahead: number, parts: ExchangeParts) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#client = client
    this.#parts = parts
    this.ahead = ahead
    this.answered = promise
    this.#settle = resolve
    client.hear(this)
  }

  get request(): IncomingRequest {
    return this.#client.request
  }

  get traffic(): Traffic {
    return this.#client.traffic
  }

  /**
   * A client that goes away takes its upstream request with it: left alone, that would keep a socket of the pool for ever,
   * paused in the middle of a response that nobody reads.
   */
  closed(): void {
    this.#clientGone = true
    this.#giveRoom()
    this.#requestFile?.close()
    if (!this.#client.hasEnded) this.#attempt?.abandon()
    this.#settle()
  }

  broken(): void {
    this.#attempt?.abandon()
  }

  /** What is left of a body when all is answered is nobody's. */
  sent(): void {
    if (!this.request.hasBody || this.#client.isBodyComplete) return
    this.#attempt?.abandon()
    this.#client.dropBody()
  }

  late(): void {
    this.#parts.tooSlow('body')
    this.refuseBody('late')
  }

  async readBody(limit: number): Promise<Uint8Array | 'no-room' | null> {
    if (!this.request.hasBody) return null
    if (this.#requestBytes !== null) return this.#requestBytes.byteLength <= limit ? this.#requestBytes : null
    this.#client.askForBody()
    const bytes = await readAhead(this.#client.body, limit, this.#parts.room, this.#bodyRefused.signal)
    if (!(bytes instanceof Buffer)) return bytes
    this.#keep(bytes)
    if (this.#isTooLong(bytes.byteLength)) {
      this.refuseBody('body-too-large')
      return null
    }
    this.#requestBytes = bytes
    return bytes
  }

  async holdBody(limit: number): Promise<StoredBody | null> {
    const isLong = Number(this.#client.statedLength ?? 0) > limit
    const bytes = this.#requestBytes ?? (isLong ? null : await this.readBody(limit))
    if (bytes instanceof Uint8Array) return bytes
    if (!this.request.hasBody || this.#ended !== null) return null
    this.#client.askForBody()
    try {
      return await this.#storeBody()
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? error.code : error
      throw new Error(`the body of a request cannot be stored in ${this.#parts.bodyFolder} (${reason})`, {
        cause: error,
      })
    }
  }

  async #storeBody(): Promise<StoredBody | null> {
    const file = await FileBody.open(this.#parts.bodyFolder)
    if (this.#clientGone) {
      file.close()
      return null
    }
    this.#requestFile = file
    const isWhole = await storeAll(this.#client.body, file, this.#bodyRefused.signal, (bytes) => {
      if (this.#isTooLong(bytes)) this.refuseBody('body-too-large')
    })
    return isWhole ? file : null
  }

  /** Whether the body of this request is still read. */
  get isBodyComing(): boolean {
    return !this.#client.isBodyComplete && !this.#client.hasEnded
  }

  /** What came of the body may not be passed on, and nothing more comes of it. */
  refuseBody(flaw: Flaw): void {
    this.#bodyFlaw ??= flaw
    if (this.#client.hasBegun) this.#client.breakOff()
    this.#bodyRefused.abort()
    this.#attempt?.abandon()
  }

  async attempt(request: UpstreamRequest): Promise<AttemptOutcome> {
    const before = this.#ended
    if (before !== null) return before
    if (this.#parts.isCrowded(request.host, request.port)) return { kind: 'crowded' }
    const body = this.#bodyOf(request)
    this.#attempt = this.#parts.attemptUpstream(request, body)
    const outcome = await this.#attempt.outcome
    const ended = this.#ended
    if (ended !== null) {
      this.#attempt.abandon()
      return ended
    }
    if (outcome.response !== undefined) this.#responses.set(outcome.response, outcome.response)
    return outcome
  }

  async readResponse(response: UpstreamResponse, limit: number): Promise<Uint8Array | 'no-room' | null> {
    const body = this.#responses.get(response)?.body
    if (body === undefined || this.#responseBytes !== null) return this.#responseBytes
    const bytes = await readAhead(body, limit, this.#parts.room)
    if (!(bytes instanceof Buffer)) return bytes
    this.#keep(bytes)
    this.#responseBytes = bytes
    return bytes
  }

  async send(head: ResponseHead, body: ResponseBody): Promise<void> {
    const client = this.#client
    const response = body.kind === 'upstream' ? this.#responses.get(body.response) : undefined
    if (body.kind === 'bytes') this.#attempt?.abandon()
    if (this.#clientGone) return
    if (client.hasBegun) {
      client.breakOff()
      return
    }
    this.status = head.status
    if (response?.tunnel !== undefined) return client.openTunnel(head, response.tunnel)
    const isLast = (head.isLast ?? false) || this.request.flaw !== null || this.#bodyFlaw !== null
    const outgoing = client.begin(head, isLast, this.#formOf(body, response?.body))
    if (body.kind === 'bytes') outgoing.end(body.bytes)
    else if (this.#responseBytes !== null) {
      if (client.takesTrailers && response?.body !== undefined) this.#passTrailers(response.body)
      outgoing.end(applied(this.#responseBytes, body.transform))
    } else if (response?.body !== undefined) await this.#stream(response.body, body.transform, outgoing)
    await this.answered
  }

  #formOf(body: ResponseBody, source: UpstreamBody | undefined): BodyForm {
    if (body.kind === 'bytes') return body.bytes.byteLength === 0 ? 'none' : 'bytes'
    const held = this.#responseBytes
    const isOver = source?.complete === true && source.readableLength === 0 && source.rawTrailers.length === 0
    if (isOver && (held?.byteLength ?? 0) === 0 && body.transform === undefined) return 'none'
    return held === null ? 'stream' : 'held'
  }

  /**
   * Streams as fast as the slower side; if the upstream breaks off, so does the response, for its length is promised.
   * Resolves when all is sent or the client is gone.
   */
  #stream(
    body: UpstreamBody,
    transform: ChunkTransform | undefined,
    outgoing: NodeJS.WritableStream,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const source = transform === undefined ? body : body.pipe(asStream(transform))
    const breakOff = (): void => {
      if (!body.complete) this.#client.breakOff()
    }
    // Before the end is passed on, which sends them.
    if (this.#client.takesTrailers) body.on('end', () => this.#passTrailers(body))
    body.on('error', breakOff).on('close', breakOff)
    if (body.destroyed) breakOff()
    if (source !== body) source.on('error', reject)
    source.pipe(outgoing)
    void this.answered.then(resolve)
    return promise
  }

  #passTrailers({ rawTrailers }: UpstreamBody): void {
    const fields: string[] = []
    for (let i = 0; i < rawTrailers.length; i += 2) {
      const name = rawTrailers[i] ?? ''
      if (!NOT_BEHIND.has(name.toLowerCase())) fields.push(name, rawTrailers[i + 1] ?? '')
    }
    this.#client.addTrailers(fields)
  }

  /** Room was taken for these until the exchange is over. */
  #keep({ byteLength }: Uint8Array): void {
    if (this.#clientGone) this.#parts.room.give(byteLength)
    else this.#held += byteLength
  }

  #giveRoom(): void {
    this.#parts.room.give(this.#held)
    this.#held = 0
  }

  get #ended(): AttemptOutcome | null {
    if (this.#clientGone) return { kind: 'abandoned' }
    return this.#bodyFlaw === null ? null : { kind: 'refused', flaw: this.#bodyFlaw }
  }

  #isTooLong(bytes: number): boolean {
    const { maxBodyBytes } = this.#parts
    return maxBodyBytes > 0 && bytes > maxBodyBytes
  }

  #bodyOf({ body }: UpstreamRequest): Uint8Array | Readable | null {
    if (body instanceof Uint8Array) return body
    if (body !== null && body === this.#requestFile) return this.#requestFile.read()
    return this.#requestBytes ?? this.#bodyStream()
  }

  #bodyStream(): Readable | null {
    const client = this.#client
    if (!this.request.hasBody) return null
    client.askForBody()
    if (this.#parts.maxBodyBytes === 0 || client.statedLength !== undefined) return client.body
    // What flowed into it before a connection failed is there for the next try.
    this.#counted ??= client.body.pipe(
      counting((bytes) => {
        if (this.#isTooLong(bytes)) this.refuseBody('body-too-large')
      }),
    )
    return this.#counted
  }
}

/** What says how a message is to be read cannot follow it (RFC 9110 section 6.5.1). */
const NOT_BEHIND = new Set([
  'transfer-encoding',
  'content-length',
  'host',
  'connection',
  'content-encoding',
  'content-type',
  'trailer',
])
