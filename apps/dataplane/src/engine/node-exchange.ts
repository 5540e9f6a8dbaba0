import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type {
  AttemptOutcome,
  Exchange,
  IncomingRequest,
  ResponseBody,
  ResponseHead,
  UpstreamRequest,
  UpstreamResponse,
} from './engine.ts'
import { readAhead } from './read-ahead.ts'
import { refuseLate } from './refuse-malformed.ts'
import { SocketTraffic } from './traffic.ts'
import { openTunnel, type Tunnels } from './tunnel.ts'
import { type Attempt, attemptUpstream, type OpenResponse } from './upstream-attempt.ts'
import type { MakeRequest } from './upstream-proxy.ts'

/** One request of a node:http server. */
export class NodeExchange implements Exchange {
  readonly request: IncomingRequest
  readonly traffic: SocketTraffic
  /** Of the answer; 0 as long as there is none. */
  status = 0
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  readonly #makeRequest: MakeRequest
  readonly #tunnels: Tunnels
  readonly #clientsLeave: () => boolean
  /** What the client sent after the head of an upgrade. */
  readonly #upgradeHead: Buffer
  #clientGone = false
  #attempt: Attempt | undefined
  #responses = new Map<UpstreamResponse, OpenResponse>()
  /** Bodies that were read ahead to their end. */
  #requestBytes: Buffer | null = null
  #responseBytes: Buffer | null = null

  constructor(given: {
    readonly incoming: IncomingMessage
    readonly outgoing: ServerResponse
    readonly makeRequest: MakeRequest
    readonly tunnels: Tunnels
    readonly websocket: boolean
    /** How long the client may pause in the middle of its body. */
    readonly bodyTimeoutMs: number
    /** Whether this answer is to be the last of its connection: asked when the answer begins. */
    readonly clientsLeave: () => boolean
    readonly upgradeHead?: Buffer
  }) {
    this.#incoming = given.incoming
    this.#outgoing = given.outgoing
    this.#makeRequest = given.makeRequest
    this.#tunnels = given.tunnels
    this.#clientsLeave = given.clientsLeave
    this.#upgradeHead = given.upgradeHead ?? Buffer.alloc(0)
    this.request = describe(given.incoming, given.websocket)
    this.traffic = new SocketTraffic(given.incoming.socket, given.outgoing)
    if (this.request.hasBody) this.#awaitBody(given.bodyTimeoutMs)
    // A client that goes away takes its upstream request with it: left alone, that would keep a socket of the pool for
    // ever, paused in the middle of a response that nobody reads.
    given.outgoing.on('close', () => {
      this.#clientGone = true
      if (!given.outgoing.writableFinished) this.#attempt?.abandon()
    })
    given.outgoing.on('finish', () => this.#dropRest())
    given.incoming.on('error', () => this.#attempt?.abandon())
    given.outgoing.on('error', () => this.#attempt?.abandon())
  }

  async readBody(limit: number): Promise<Uint8Array | null> {
    if (!this.request.hasBody) return null
    if (this.#requestBytes !== null) return this.#requestBytes.byteLength <= limit ? this.#requestBytes : null
    this.#requestBytes = await readAhead(this.#incoming, limit)
    return this.#requestBytes
  }

  async attempt(request: UpstreamRequest): Promise<AttemptOutcome> {
    if (this.#clientGone) return { kind: 'abandoned' }
    const streamed: Readable | null = this.request.hasBody ? this.#incoming : null
    const body = request.body ?? this.#requestBytes ?? streamed
    this.#attempt = attemptUpstream(request, body, this.#outgoing, this.#makeRequest)
    const outcome = await this.#attempt.outcome
    if (this.#clientGone) {
      this.#attempt.abandon()
      return { kind: 'abandoned' }
    }
    if (outcome.response !== undefined) this.#responses.set(outcome.response, outcome.response)
    return outcome
  }

  async readResponse(response: UpstreamResponse, limit: number): Promise<Uint8Array | null> {
    const body = this.#responses.get(response)?.body
    if (body === undefined) return null
    this.#responseBytes ??= await readAhead(body, limit)
    return this.#responseBytes
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
    if (this.#clientsLeave()) this.#outgoing.shouldKeepAlive = false
    this.#outgoing.writeHead(head.status, head.reason ?? STATUS_CODES[head.status] ?? '', [...head.headers])
    if (body.kind === 'bytes') this.#outgoing.end(body.bytes)
    else if (this.#responseBytes !== null) this.#outgoing.end(applied(this.#responseBytes, body.transform))
    else if (response?.body !== undefined) this.#stream(response.body, body.transform, reject)
    await promise
  }

  /** Streams as fast as the slower side; if the upstream breaks off, so does the response, for its length is promised. */
  #stream(body: IncomingMessage, transform: ChunkTransform | undefined, fail: (error: Error) => void): void {
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
  #awaitBody(timeoutMs: number): void {
    const incoming = this.#incoming
    const { socket } = incoming
    incoming.setTimeout(timeoutMs, () => {
      // While nobody takes what it sends, the silence is not the client's.
      if (incoming.readableFlowing !== true) {
        socket.setTimeout(timeoutMs)
        return
      }
      if (this.#outgoing.headersSent) socket.destroy()
      else refuseLate(socket)
    })
    incoming.on('end', () => {
      // After an answer the connection waits for its next request, for a time of its own.
      if (!this.#outgoing.writableFinished) socket.setTimeout(0)
    })
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

type ChunkTransform = (chunk: Uint8Array, last: boolean) => Uint8Array | undefined

function applied(bytes: Buffer, transform: ChunkTransform | undefined): Uint8Array {
  return transform?.(bytes, true) ?? bytes
}

function asStream(transform: ChunkTransform): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      callback(done, () => transform(chunk, false) ?? chunk)
    },
    flush(done) {
      callback(done, () => transform(new Uint8Array(), true) ?? null)
    },
  })
}

/** What is thrown in a stream would end the thread. */
function callback<T>(done: (error: Error | null, value?: T) => void, make: () => T): void {
  let value: T
  try {
    value = make()
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
    return
  }
  done(null, value)
}

function describe(incoming: IncomingMessage, websocket: boolean): IncomingRequest {
  const { socket, headers, method = 'GET', url = '/' } = incoming
  return {
    method,
    target: url.startsWith('/')
      ? url
      : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '').replace(/^(?=\?|$)/, '/'),
    scheme: socket instanceof TLSSocket ? 'https' : 'http',
    headers: incoming.rawHeaders,
    peer: (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, ''),
    port: socket.localPort ?? 0,
    serverName: socket instanceof TLSSocket ? serverNameOf(socket) : undefined,
    hasBody: headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0,
    websocket,
  }
}

/** Node gives the name that the client asked for, or false; its types know neither. */
function serverNameOf(
  socket: TLSSocket & { readonly servername?: string | false | null },
): string | undefined {
  return socket.servername || undefined
}
