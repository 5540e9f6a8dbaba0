import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Readable, Writable } from 'node:stream'
import type { BodyForm, ClientEvents, ClientSide } from './client-side.ts'
import { describeRequest } from './describe-request.ts'
import type { IncomingRequest, ResponseHead } from './engine.ts'
import type { Flaw } from './flaws.ts'
import { headLines, promises } from './head-lines.ts'
import { linger } from './linger.ts'
import { SocketTraffic } from './traffic.ts'
import { carryTunnel, type TunnelEnd, type Tunnels } from './tunnel.ts'

/** What a request of a node:http server comes with. */
export interface Http1Parts {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly tunnels: Tunnels
  /** How long the client may pause in the middle of its body. */
  readonly bodyTimeoutMs: number
  /** How long a body may be; 0 sets no bound. */
  readonly maxBodyBytes: number
  /** Whether this answer is to be the last of its connection: asked when the answer begins. */
  readonly clientsLeave: () => boolean
  /** The client that the peer named when it connected. */
  readonly proxied: string | null
  /** Given when the server has handed the connection over: what came after the head. */
  readonly upgradeHead?: Buffer
  readonly awaitsContinue?: boolean
  /** Given when the request could not even be read. */
  readonly flaw?: Flaw
}

/** The client of a request of a node:http server. */
export class Http1Client implements ClientSide {
  readonly request: IncomingRequest
  readonly traffic: SocketTraffic
  readonly body: IncomingMessage
  takesTrailers = false
  readonly #outgoing: ServerResponse
  readonly #tunnels: Tunnels
  readonly #bodyTimeoutMs: number
  readonly #clientsLeave: () => boolean
  /** What the client sent after the head of an upgrade. */
  readonly #upgradeHead: Buffer | undefined
  /** Whether the client holds its body back until it is told to send it. */
  #awaitsContinue: boolean

  constructor(given: Http1Parts) {
    this.body = given.incoming
    this.#outgoing = given.outgoing
    this.#tunnels = given.tunnels
    this.#bodyTimeoutMs = given.bodyTimeoutMs
    this.#clientsLeave = given.clientsLeave
    this.#upgradeHead = given.upgradeHead
    this.#awaitsContinue = given.awaitsContinue ?? false
    this.request = describeRequest(given)
    this.traffic = new SocketTraffic(given.incoming.socket, given.outgoing)
  }

  get isBodyComplete(): boolean {
    return this.body.complete
  }

  get statedLength(): string | undefined {
    return this.body.headers['content-length']
  }

  get hasBegun(): boolean {
    return this.#outgoing.headersSent
  }

  get hasEnded(): boolean {
    return this.#outgoing.writableFinished
  }

  hear(events: ClientEvents): void {
    const outgoing = this.#outgoing
    if (this.request.hasBody) this.#awaitBody(() => events.late())
    outgoing.on('close', () => events.closed())
    outgoing.on('finish', () => events.sent())
    outgoing.on('error', () => events.broken())
    this.body.on('error', () => events.broken())
  }

  askForBody(): void {
    if (this.#awaitsContinue) this.#outgoing.writeContinue()
    this.#awaitsContinue = false
  }

  begin(head: ResponseHead, isLast: boolean, body: BodyForm): Writable {
    const outgoing = this.#outgoing
    // After some answers nobody could tell where the next request begins, or whether it is one.
    const isBodyHeldBack = this.#awaitsContinue && this.request.hasBody
    if (isLast || isBodyHeldBack || this.#clientsLeave()) outgoing.shouldKeepAlive = false
    if (!outgoing.shouldKeepAlive && !this.body.complete) linger(this.body.socket)
    const inPieces = body === 'stream' && this.#takesPieces(head)
    this.takesTrailers = inPieces && promises(head, 'trailer')
    const lines = headLines(head, { keepsConnection: outgoing.shouldKeepAlive, inPieces })
    // A body may be long in coming, as events are: then the head goes alone.
    outgoing.once('pipe', (coming: Readable) => {
      setImmediate(() => {
        if (!coming.readableDidRead && !outgoing.writableEnded) outgoing.flushHeaders()
      })
    })
    return outgoing.writeHead(head.status, head.reason ?? STATUS_CODES[head.status] ?? '', lines)
  }

  addTrailers(fields: readonly string[]): void {
    const lines: [name: string, value: string][] = []
    for (let i = 0; i < fields.length; i += 2) lines.push([fields[i] ?? '', fields[i + 1] ?? ''])
    this.#outgoing.addTrailers(lines)
  }

  /** Unread, it would keep the client from its next request. */
  dropBody(): void {
    this.body.unpipe()
    this.body.resume()
  }

  /** Answers to earlier requests go their way. */
  breakOff(): void {
    if (this.#outgoing.writableFinished) this.body.socket.destroy()
    else this.#outgoing.destroy()
  }

  openTunnel(head: ResponseHead, upstream: TunnelEnd): Promise<void> {
    const { socket } = this.body
    this.#outgoing.detachSocket(socket)
    const client = { socket, head: this.#upgradeHead ?? Buffer.alloc(0) }
    return carryTunnel(this.#tunnels, head, client, upstream)
  }

  #takesPieces(head: ResponseHead): boolean {
    const { version, method } = this.request
    return (
      version !== '1.0' &&
      method !== 'HEAD' &&
      head.status !== 204 &&
      head.status !== 304 &&
      !promises(head, 'content-length')
    )
  }

  /** A client that stops in the middle would keep an upstream connection, and its revision of the config, for ever. */
  #awaitBody(late: () => void): void {
    const { body } = this
    const { socket } = body
    const timeoutMs = this.#bodyTimeoutMs
    body.setTimeout(timeoutMs, () => {
      // While nobody takes what it sends, the silence is not the client's.
      if (body.readableFlowing === true) late()
      else socket.setTimeout(timeoutMs)
    })
  }
}
