import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { ServerDuplexStream } from '@grpc/grpc-js'
import type { HealthReport } from '../health.ts'
import type { Hello, RosterReport } from '../status.ts'
import type { Answer, Delta, Snapshot, Update } from '../update.ts'
import type { FollowerStream, Peer } from './follower-stream.ts'
import type { Inbox } from './inbox.ts'
import type { Down, NoMessage, Up } from './messages.ts'
import { ProtocolError } from './protocol-error.ts'
import { Rate } from './rate.ts'
import { Turns } from './turns.ts'
import { untilAborted } from './until-aborted.ts'

export type Call = ServerDuplexStream<Up | NoMessage, Down>

export interface FollowerCallOptions {
  readonly call: Call
  readonly hello: Hello
  readonly peer: Peer
  readonly signal: AbortSignal
  readonly now: () => number
  readonly onBytes: (kind: 'snapshot' | 'delta', bytes: number) => void
}

/** What a follower may say without being asked: one that says more is broken or hostile, and costs the others time. */
const UNASKED = { most: 100, seconds: 1 }
/**
 * What it tells of health may be long. A node tells it at most once a second; where this process stood still, all of it arrives
 * at once, as long as the link is not given up for dead.
 */
const HEALTH = { most: 40, seconds: 20 }

/** A follower's session over one gRPC call. */
export class FollowerCall implements FollowerStream {
  readonly hello: Hello
  readonly peer: Peer
  readonly signal: AbortSignal
  readonly #call: Call
  readonly #now: () => number
  readonly #onBytes: FollowerCallOptions['onBytes']
  readonly #reports = new PassThrough({ objectMode: true, highWaterMark: 1 })
  #heardAt: number
  readonly #unasked = new Rate(UNASKED)
  readonly #healthTold = new Rate(HEALTH)
  #health: HealthReport | null = null
  #onHealth: (health: HealthReport) => void = () => undefined
  #expected: PromiseWithResolvers<Answer> | null = null
  readonly #turns = new Turns()

  constructor({ call, hello, peer, signal, now, onBytes }: FollowerCallOptions) {
    this.hello = hello
    this.peer = peer
    this.signal = signal
    this.#call = call
    this.#now = now
    this.#onBytes = onBytes
    this.#heardAt = now()
    signal.addEventListener('abort', () => this.#reports.end(), { once: true })
  }

  lastHeard(): number {
    return this.#heardAt
  }

  async *reports(): AsyncGenerator<RosterReport> {
    for await (const report of this.#reports) yield report
  }

  onHealth(told: (health: HealthReport) => void): void {
    this.#onHealth = told
    if (this.#health !== null) told(this.#health)
  }

  async send(update: Update): Promise<void> {
    if (update.kind === 'withheld') return this.write({ kind: 'withheld', withheld: update })
    if (this.#expected !== null) throw new Error('an update was sent before the last one was answered')
    await this.#turns.take(async () => {
      await this.#sendBody(update)
      // Before End is written: once it is, the answer may come at any time.
      this.#expected = Promise.withResolvers()
      this.#expected.promise.catch(() => undefined) // the stream may end before anyone asks for the answer
      await this.write({ kind: 'end' })
    })
  }

  async leave(reason: string): Promise<void> {
    await this.#turns.take(() => this.write({ kind: 'leave', reason }))
  }

  async answer(): Promise<Answer> {
    if (this.#expected === null) throw new Error('there is no update to be answered')
    const answer = await untilAborted(this.signal, this.#expected.promise)
    this.#expected = null
    return answer
  }

  /** Resolves when the transport has taken the message, so at most one is ever waiting. */
  async write(message: Down): Promise<void> {
    this.signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#call.write(message, (error?: Error | null) => (error ? reject(error) : resolve()))
    await untilAborted(this.signal, promise)
  }

  /** Takes in what the follower says until it stops speaking. Throws ProtocolError when it must not be listened to further. */
  async listen(inbox: Inbox<Up | NoMessage>): Promise<void> {
    for (let message = await inbox.next(); message !== null; message = await inbox.next()) {
      this.#heardAt = this.#now()
      await this.#receive(message)
    }
  }

  async #sendBody({ kind, to, body, ...rest }: Snapshot | Delta): Promise<void> {
    const from = 'from' in rest ? rest.from : null
    await this.write({ kind: 'begin', begin: { from, to, encoding: body.encoding, size: body.size } })
    for await (const data of body.chunks()) {
      await this.write({ kind: 'chunk', data })
      this.#onBytes(kind, data.byteLength)
    }
  }

  async #receive(message: Up | NoMessage): Promise<void> {
    switch (message.kind) {
      case 'answer':
        if (this.#expected === null) throw new ProtocolError('an answer to no update')
        this.#expected.resolve(message.answer)
        return
      case 'report':
        if (!this.hello.relay) throw new ProtocolError('a report from a follower that is no relay')
        if (!this.#reports.write(message.report)) await once(this.#reports, 'drain', { signal: this.signal })
        return
      case 'health':
        if (this.hello.relay) throw new ProtocolError('health from a follower that is no node')
        this.#healthTold.count(this.#heardAt)
        this.#health = message.health
        return this.#onHealth(message.health)
      case 'hello':
        throw new ProtocolError('a second Hello')
      case 'malformed':
        throw new ProtocolError(message.reason)
      case 'heartbeat':
      case 'unknown':
        return this.#unasked.count(this.#heardAt)
    }
  }
}
