import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Readable } from 'node:stream'
import type { Slowness } from '../overload/reasons.ts'
import { applied, asStream, type ChunkTransform, counting } from './chunk-streams.ts'
import { describeRequest } from './describe-request.ts'
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
import { headLines, promises } from './head-lines.ts'
import { linger } from './linger.ts'
import { type Room, readAhead } from './read-ahead.ts'
import { FileBody, storeAll } from './stored-body.ts'
import { SocketTraffic } from './traffic.ts'
import { openTunnel, type Tunnels } from './tunnel.ts'
import type { Attempt, AttemptUpstream, OpenResponse, UpstreamBody } from './upstream-attempt.ts'
import type { UpstreamPools } from './upstream-pools.ts'

/** What an exchange is made of. */
export interface ExchangeParts {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly attemptUpstream: AttemptUpstream
  readonly isCrowded: UpstreamPools['isCrowded']
  readonly tunnels: Tunnels
  /** How long the client may pause in the middle of its body. */
  readonly bodyTimeoutMs: number
  /** How long a body may be; 0 sets no bound. */
  readonly maxBodyBytes: number
  /** Where bodies are stored that are too long for memory. */
  readonly bodyFolder: string
  readonly ahead: number
  readonly room: Room
  /** Whether this answer is to be the last of its connection: asked when the answer begins. */
  readonly clientsLeave: () => boolean
  readonly tooSlow: (slowness: Slowness) => void
  /** The client that the peer named when it connected. */
  readonly proxied: string | null
  /** Given when the server has handed the connection over: what came after the head. */
  readonly upgradeHead?: Buffer
  readonly awaitsContinue?: boolean
  /** Given when the request could not even be read. */
  readonly flaw?: Flaw
}

/** One request of a node:http server. */
export class NodeExchange implements Exchange {
  readonly request: IncomingRequest
  readonly ahead: number
  readonly traffic: SocketTraffic
  /** Of the answer; 0 as long as there is none. */
  status = 0
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  readonly #attemptUpstream: AttemptUpstream
  readonly #isCrowded: UpstreamPools['isCrowded']
  readonly #tunnels: Tunnels
  readonly #clientsLeave: () => boolean
  readonly #maxBodyBytes: number
  /** What the client sent after the head of an upgrade. */
  readonly #upgradeHead: Buffer
  /** Resolves when the answer is sent, or the client gone. */
  readonly answered: Promise<void>
  /** Whether the client holds its body back until it is told to send it. */
  #awaitsContinue: boolean
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
  readonly #bodyFolder: string
  #requestFile: FileBody | undefined
  readonly #room: Room
  /** How many bytes of it are taken. */
  #held = 0

  constructor(given: ExchangeParts) {
    this.#incoming = given.incoming
    this.#outgoing = given.outgoing
    this.#attemptUpstream = given.attemptUpstream
    this.#isCrowded = given.isCrowded
    this.#tunnels = given.tunnels
    this.#clientsLeave = given.clientsLeave
    this.#maxBodyBytes = given.maxBodyBytes
    this.#room = given.room
    this.#bodyFolder = given.bodyFolder
    this.#upgradeHead = given.upgradeHead ?? Buffer.alloc(0)
    this.#awaitsContinue = given.awaitsContinue ?? false
    this.request = describeRequest(given)
    this.ahead = given.ahead
    this.traffic = new SocketTraffic(given.incoming.socket, given.outgoing)
    if (this.request.hasBody) this.#awaitBody(given.bodyTimeoutMs, given.tooSlow)
    this.answered = new Promise((resolve) => given.outgoing.on('close', resolve))
    // A client that goes away takes its upstream request with it: left alone, that would keep a socket of the pool for
    // ever, paused in the middle of a response that nobody reads.
    given.outgoing.on('close', () => {
      this.#clientGone = true
      this.#giveRoom()
      this.#requestFile?.close()
      if (!given.outgoing.writableFinished) this.#attempt?.abandon()
    })
    given.outgoing.on('finish', () => this.#dropRest())
    given.incoming.on('error', () => this.#attempt?.abandon())
    given.outgoing.on('error', () => this.#attempt?.abandon())
  }

  async readBody(limit: number): Promise<Uint8Array | 'no-room' | null> {
    if (!this.request.hasBody) return null
    if (this.#requestBytes !== null) return this.#requestBytes.byteLength <= limit ? this.#requestBytes : null
    this.#askForBody()
    const bytes = await readAhead(this.#incoming, limit, this.#room, this.#bodyRefused.signal)
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
    const isLong = Number(this.#incoming.headers['content-length'] ?? 0) > limit
    const bytes = this.#requestBytes ?? (isLong ? null : await this.readBody(limit))
    if (bytes instanceof Uint8Array) return bytes
    if (!this.request.hasBody || this.#ended !== null) return null
    this.#askForBody()
    try {
      return await this.#storeBody()
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? error.code : error
      throw new Error(`the body of a request cannot be stored in ${this.#bodyFolder} (${reason})`, {
        cause: error,
      })
    }
  }

  async #storeBody(): Promise<StoredBody | null> {
    const file = await FileBody.open(this.#bodyFolder)
    if (this.#clientGone) {
      file.close()
      return null
    }
    this.#requestFile = file
    const isWhole = await storeAll(this.#incoming, file, this.#bodyRefused.signal, (bytes) => {
      if (this.#isTooLong(bytes)) this.refuseBody('body-too-large')
    })
    return isWhole ? file : null
  }

  /** Whether the server still reads the body of this request. */
  get isBodyComing(): boolean {
    return !this.#incoming.complete && !this.#outgoing.writableFinished
  }

  /** What came of the body may not be passed on, and nothing more comes of it. */
  refuseBody(flaw: Flaw): void {
    this.#bodyFlaw ??= flaw
    if (this.#outgoing.headersSent) this.#incoming.socket.destroy()
    this.#bodyRefused.abort()
    this.#attempt?.abandon()
  }

  async attempt(request: UpstreamRequest): Promise<AttemptOutcome> {
    const before = this.#ended
    if (before !== null) return before
    if (this.#isCrowded(request.host, request.port)) return { kind: 'crowded' }
    const body = this.#bodyOf(request)
    this.#attempt = this.#attemptUpstream(request, body)
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
    const bytes = await readAhead(body, limit, this.#room)
    if (!(bytes instanceof Buffer)) return bytes
    this.#keep(bytes)
    this.#responseBytes = bytes
    return bytes
  }

  async send(head: ResponseHead, body: ResponseBody): Promise<void> {
    const response = body.kind === 'upstream' ? this.#responses.get(body.response) : undefined
    if (body.kind === 'bytes') this.#attempt?.abandon()
    if (this.#clientGone) return
    if (this.#outgoing.headersSent) {
      this.#outgoing.destroy()
      return
    }
    this.status = head.status
    if (response?.tunnel !== undefined) return this.#tunnel(head, response.tunnel)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#outgoing.on('close', resolve)
    if (head.isLast || this.#isLastAnswer) this.#outgoing.shouldKeepAlive = false
    if (!this.#outgoing.shouldKeepAlive && !this.#incoming.complete) linger(this.#incoming.socket)
    const inPieces = response?.body !== undefined && this.#responseBytes === null && this.#takesPieces(head)
    const lines = headLines(head, { keepsConnection: this.#outgoing.shouldKeepAlive, inPieces })
    this.#outgoing.writeHead(head.status, head.reason ?? STATUS_CODES[head.status] ?? '', lines)
    if (body.kind === 'bytes') this.#outgoing.end(body.bytes)
    else if (this.#responseBytes !== null) this.#outgoing.end(applied(this.#responseBytes, body.transform))
    else if (response?.body !== undefined) {
      if (inPieces && promises(head, 'trailer')) this.#passTrailers(response.body)
      this.#stream(response.body, body.transform, reject)
    }
    await promise
  }

  #takesPieces({ status, headers }: ResponseHead): boolean {
    const { version, method } = this.request
    return (
      version !== '1.0' &&
      method !== 'HEAD' &&
      status !== 204 &&
      status !== 304 &&
      !promises({ status, headers }, 'content-length')
    )
  }

  /** Before the end is passed on, which sends them. */
  #passTrailers(body: UpstreamBody): void {
    body.on('end', () => {
      const { rawTrailers } = body
      const lines: [name: string, value: string][] = []
      for (let i = 0; i < rawTrailers.length; i += 2) {
        const name = rawTrailers[i] ?? ''
        if (!NOT_BEHIND.has(name.toLowerCase())) lines.push([name, rawTrailers[i + 1] ?? ''])
      }
      this.#outgoing.addTrailers(lines)
    })
  }

  /** Streams as fast as the slower side; if the upstream breaks off, so does the response, for its length is promised. */
  #stream(body: UpstreamBody, transform: ChunkTransform | undefined, fail: (error: Error) => void): void {
    const source = transform === undefined ? body : body.pipe(asStream(transform))
    const breakOff = (): void => {
      if (!body.complete) this.#outgoing.destroy()
    }
    body.on('error', breakOff).on('close', breakOff)
    if (body.destroyed) breakOff()
    if (source !== body) source.on('error', fail)
    source.pipe(this.#outgoing)
  }

  /** A client that stops in the middle would keep an upstream connection, and its revision of the config, for ever. */
  #awaitBody(timeoutMs: number, tooSlow: (slowness: Slowness) => void): void {
    const incoming = this.#incoming
    const { socket } = incoming
    incoming.setTimeout(timeoutMs, () => {
      // While nobody takes what it sends, the silence is not the client's.
      if (incoming.readableFlowing !== true) {
        socket.setTimeout(timeoutMs)
        return
      }
      tooSlow('body')
      this.refuseBody('late')
    })
  }

  /** Room was taken for these until the exchange is over. */
  #keep({ byteLength }: Uint8Array): void {
    if (this.#clientGone) this.#room.give(byteLength)
    else this.#held += byteLength
  }

  #giveRoom(): void {
    this.#room.give(this.#held)
    this.#held = 0
  }

  get #ended(): AttemptOutcome | null {
    if (this.#clientGone) return { kind: 'abandoned' }
    return this.#bodyFlaw === null ? null : { kind: 'refused', flaw: this.#bodyFlaw }
  }

  /** After some answers nobody could tell where the next request begins, or whether it is one. */
  get #isLastAnswer(): boolean {
    const isBodyHeldBack = this.#awaitsContinue && this.request.hasBody
    return this.#clientsLeave() || isBodyHeldBack || this.request.flaw !== null || this.#bodyFlaw !== null
  }

  #isTooLong(bytes: number): boolean {
    return this.#maxBodyBytes > 0 && bytes > this.#maxBodyBytes
  }

  #askForBody(): void {
    if (this.#awaitsContinue) this.#outgoing.writeContinue()
    this.#awaitsContinue = false
  }

  #bodyOf({ body }: UpstreamRequest): Uint8Array | Readable | null {
    if (body instanceof Uint8Array) return body
    if (body !== null && body === this.#requestFile) return this.#requestFile.read()
    return this.#requestBytes ?? this.#bodyStream()
  }

  #bodyStream(): Readable | null {
    if (!this.request.hasBody) return null
    this.#askForBody()
    if (this.#maxBodyBytes === 0 || this.#incoming.headers['content-length'] !== undefined)
      return this.#incoming
    // What flowed into it before a connection failed is there for the next try.
    this.#counted ??= this.#incoming.pipe(
      counting((bytes) => {
        if (this.#isTooLong(bytes)) this.refuseBody('body-too-large')
      }),
    )
    return this.#counted
  }

  /** What is left of a body when all is answered. Unread, it would keep the client from its next request. */
  #dropRest(): void {
    if (!this.request.hasBody || this.#incoming.complete) return
    this.#attempt?.abandon()
    this.#incoming.unpipe()
    this.#incoming.resume()
  }

  #tunnel(head: ResponseHead, { socket, head: first }: NonNullable<OpenResponse['tunnel']>): Promise<void> {
    const client = this.#incoming.socket
    this.#outgoing.detachSocket(client)
    return openTunnel(this.#tunnels, {
      head,
      client,
      upstream: socket,
      fromUpstream: first,
      fromClient: this.#upgradeHead,
    })
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
