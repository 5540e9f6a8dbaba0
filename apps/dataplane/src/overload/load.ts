import type { Room } from '../engine/read-ahead.ts'
import { type Counters, shed } from '../workers/counters.ts'
import { Lateness } from './lateness.ts'
import type { Limits } from './limits.ts'
import type { ShedReason } from './reasons.ts'

/** Of a heap; V8 ends the thread when it is full. */
const FULL = 0.9

/** Requests that one client may send ahead of their answers. */
const AHEAD = 100

/** What a worker holds at a look. */
export interface Memory {
  readonly heapBytes: number
  /** What the heap may grow to. */
  readonly heapLimit: number
  /** Beside the heap: the bytes of buffers. */
  readonly externalBytes: number
}

/**
 * What a worker bears, told at every look; by that it decides of each request in no time. What other workers hold it knows
 * from its last look, so that all together may exceed a limit by what comes in between.
 */
export class Load {
  readonly #counters: Counters
  readonly #slot: number
  readonly #limits: Limits
  readonly #lateness: Lateness
  #strain: ShedReason | null = null
  #othersInFlight = 0
  #othersUpstream = 0
  #othersBuffered = 0

  constructor(counters: Counters, slot: number, limits: Limits) {
    this.#counters = counters
    this.#slot = slot
    this.#limits = limits
    this.#lateness = new Lateness(limits.delayMs)
  }

  /** @param lateMs by how much the look came late, at `now`, milliseconds */
  look(lateMs: number, now: number, { heapBytes, heapLimit, externalBytes }: Memory): void {
    const counters = this.#counters
    const slot = this.#slot
    counters.set(slot, 'heapBytes', heapBytes)
    counters.set(slot, 'externalBytes', externalBytes)
    this.#lateness.look(lateMs, now)
    this.#othersInFlight = counters.total('inFlight') - counters.get(slot, 'inFlight')
    this.#othersUpstream = counters.total('upstreamConnections') - counters.get(slot, 'upstreamConnections')
    this.#othersBuffered = counters.total('bufferedBytes') - counters.get(slot, 'bufferedBytes')
    const held = counters.total('heapBytes') + counters.total('externalBytes')
    if (heapBytes > heapLimit * FULL || held > this.#limits.memoryBytes) this.#strain = 'memory'
    else this.#strain = this.#lateness.isTooLate ? 'event_loop_delay' : null
  }

  /**
   * Why a request is not taken that counts as in flight already; null when it is.
   *
   * @param ahead how many requests of its connection are not answered yet
   */
  refusal(ahead: number, hasBody: boolean): ShedReason | null {
    const limits = this.#limits
    if (this.#strain !== null) return this.#strain
    if (ahead >= AHEAD) return 'pipelined_requests'
    if (this.#counters.get(this.#slot, 'inFlight') + this.#othersInFlight > limits.requests)
      return 'requests_in_flight'
    if (!this.hasUpstreamRoom) return 'upstream_connections'
    return hasBody && !this.#holds(0) ? 'buffered_bytes' : null
  }

  /** Why a stream is not taken; null when it is. It holds no body, and clients wait for no answer. */
  refusalOfStream(): ShedReason | null {
    return this.#strain ?? (this.hasUpstreamRoom ? null : 'upstream_connections')
  }

  /** To be told of a request that was not taken. @returns how many seconds its client is to wait */
  turnedAway(reason: ShedReason): number {
    const field = shed(reason)
    this.#counters.add(this.#slot, field, 1)
    // They are not all to come back at the same moment.
    return 1 + (this.#counters.get(this.#slot, field) % 3)
  }

  /** Whether all connections of clients may stay, so many of them being about to close. */
  hasRoom(leaving: number): boolean {
    return this.#counters.total('active') - leaving <= this.#limits.connections
  }

  /**
   * Whether all streams of datagrams may stay. Their senders may be forged: the others keep half of the room, of clients and
   * to upstreams.
   */
  get hasRoomForDatagrams(): boolean {
    const { connections, upstreamConnections } = this.#limits
    const most = Math.ceil(Math.min(connections, upstreamConnections) / 2)
    return this.hasRoom(0) && this.#counters.total('datagramStreams') <= most
  }

  /** Whether one more connection to an upstream may be opened. */
  get hasUpstreamRoom(): boolean {
    return this.#upstreamConnections < this.#limits.upstreamConnections
  }

  /** Whether a connection to an upstream that nobody uses may be kept. Room stays for those that are needed. */
  get mayKeepUpstream(): boolean {
    return this.#upstreamConnections < (this.#limits.upstreamConnections * 3) / 4
  }

  /** Room for bodies that are held as a whole. */
  readonly room: Room = {
    take: (bytes) => {
      if (!this.#holds(bytes)) return false
      this.#counters.add(this.#slot, 'bufferedBytes', bytes)
      return true
    },
    give: (bytes) => this.#counters.add(this.#slot, 'bufferedBytes', -bytes),
  }

  #holds(bytes: number): boolean {
    const held = this.#counters.get(this.#slot, 'bufferedBytes') + this.#othersBuffered
    return held + bytes < this.#limits.bufferedBytes
  }

  get #upstreamConnections(): number {
    return this.#counters.get(this.#slot, 'upstreamConnections') + this.#othersUpstream
  }
}
