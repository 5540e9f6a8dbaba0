import { createSocket, type Socket } from 'node:dgram'
import { type LookupOneOptions, lookup } from 'node:dns'
import { isIP, isIPv6 } from 'node:net'
import type { Timeouts } from '../runtime/compiled-service.ts'
import type {
  ConnectOutcome,
  IncomingStream,
  StreamEnd,
  StreamExchange,
  StreamSurroundings,
  StreamTarget,
  StreamTraffic,
  Terminated,
} from '../streams/stream.ts'

/** How soon a machine says that nobody listens there, if it does. What is sent meanwhile is on its way all the same. */
const REFUSAL_MS = 50

/** What a client may send before it is known where that goes; the rest is lost, as datagrams may be. */
const MOST_WAITING = 64
const MOST_WAITING_BYTES = 64 * 1024

/** What may wait to be sent at one socket; the rest is lost. */
const MOST_QUEUED_BYTES = 256 * 1024

export interface UdpParts {
  /** Sends to the client, from the address that it sends to. */
  readonly reply: (data: Buffer) => void
  /** Told of each datagram of either side. */
  readonly active: () => void
  readonly surroundings: Pick<StreamSurroundings, 'upstreams'>
}

/** What one address of a client sends until it is silent, and what is sent back: each has a socket towards its upstream. */
export class UdpExchange implements StreamExchange {
  readonly stream: IncomingStream
  readonly #parts: UdpParts
  readonly #traffic = { received: 0, sent: 0, upstreamReceived: 0, upstreamSent: 0 }
  /** For the upstream that will be reached; null when one was. */
  #waiting: Buffer[] | null = []
  #waitingBytes = 0
  #upstream: Socket | undefined
  #idle: NodeJS.Timeout | undefined
  #end: StreamEnd | undefined
  readonly #over = Promise.withResolvers<StreamEnd>()

  constructor(stream: IncomingStream, parts: UdpParts) {
    this.stream = stream
    this.#parts = parts
  }

  get traffic(): StreamTraffic {
    return { ...this.#traffic, tls: null }
  }

  /** Takes a datagram of the client. */
  take(data: Buffer): void {
    this.#traffic.received += data.length
    this.#touch()
    const bytes = this.#waitingBytes + data.length
    if (this.#waiting !== null && this.#waiting.length < MOST_WAITING && bytes <= MOST_WAITING_BYTES) {
      this.#waiting.push(data)
      this.#waitingBytes = bytes
    }
    if (this.#upstream !== undefined) this.#pass(this.#upstream, data)
  }

  async terminate(): Promise<Terminated> {
    return { kind: 'failed', why: 'datagrams have no TLS that could end here' }
  }

  /** An upstream is reached unless its machine says at once that nobody listens there: what was sent then goes to the next. */
  async connect({ host, port, tls }: StreamTarget): Promise<ConnectOutcome> {
    if (this.#end !== undefined) return { kind: 'abandoned' }
    if (tls !== null) return { kind: 'failed', reason: 'broken' }
    const socket = await this.#open(host, port)
    if (socket === undefined) return { kind: 'failed', reason: 'broken' }
    if (this.#end !== undefined) {
      socket.close()
      return { kind: 'abandoned' }
    }
    const { promise, resolve } = Promise.withResolvers<ConnectOutcome>()
    const late = setTimeout(resolve, REFUSAL_MS, { kind: 'connected' })
    socket.on('message', (data) => {
      resolve({ kind: 'connected' })
      this.#answer(data)
    })
    socket.once('error', () => resolve({ kind: 'failed', reason: 'broken' }))
    void this.#over.promise.then(() => resolve({ kind: 'abandoned' }))
    this.#upstream = socket
    for (const data of this.#waiting ?? []) this.#pass(socket, data)
    const outcome = await promise
    clearTimeout(late)
    if (outcome.kind === 'connected') {
      this.#waiting = null
      socket.on('error', () => this.finish('upstream-broke'))
    } else {
      this.#upstream = undefined
      this.#traffic.upstreamSent = 0
      socket.close()
    }
    return outcome
  }

  async carry({ read }: Pick<Timeouts, 'read'>): Promise<StreamEnd> {
    if (this.#end === undefined) this.#idle = setTimeout(() => this.finish('idle'), read)
    const end = await this.#over.promise
    clearTimeout(this.#idle)
    this.#idle = undefined
    return end
  }

  /** Brings it to its end, whatever is under way. */
  finish(end: StreamEnd): void {
    this.#end ??= end
    this.#over.resolve(this.#end)
  }

  /** Nothing of it stays open. */
  close(): void {
    this.finish('ended')
    this.#upstream?.close()
    this.#upstream = undefined
  }

  async #open(host: string, port: number): Promise<Socket | undefined> {
    const { upstreams } = this.#parts.surroundings
    const type = isIPv6(host) ? 'udp6' : 'udp4'
    const socket = createSocket({ type, lookup: asAddress })
    upstreams.opened()
    socket.once('close', () => upstreams.closed())
    // Those after the first tell nothing new.
    socket.on('error', () => undefined)
    const isOpen = await new Promise<boolean>((done) => {
      socket.once('error', () => done(false))
      socket.connect(port, host, (error?: Error) => done(error === undefined))
    })
    if (isOpen) return socket
    socket.close()
    return undefined
  }

  #pass(socket: Socket, data: Buffer): void {
    if (socket.getSendQueueSize() > MOST_QUEUED_BYTES) return
    this.#traffic.upstreamSent += data.length
    // What cannot be sent is lost. That nobody listens there is told as soon as it is known, of whatever was sent last.
    socket.send(data, (error) => {
      if (error !== null && 'code' in error && error.code === 'ECONNREFUSED') socket.emit('error', error)
    })
  }

  #answer(data: Buffer): void {
    if (this.#end !== undefined) return
    this.#traffic.upstreamReceived += data.length
    this.#traffic.sent += data.length
    this.#touch()
    this.#parts.reply(data)
  }

  #touch(): void {
    this.#idle?.refresh()
    this.#parts.active()
  }
}

/** An address is not looked up, unlike a name. */
export function asAddress(
  host: string,
  options: LookupOneOptions,
  done: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  const family = isIP(host)
  if (family === 0) lookup(host, options, done)
  else done(null, host, family)
}
