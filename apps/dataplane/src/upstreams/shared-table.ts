import { randomInt } from 'node:crypto'
import type { Latency } from '../balancer/address.ts'
import { xxHash32 } from '../balancer/xx-hash.ts'

const CAPACITY = 16_384

/** Before the entries: who holds the lock, the shape of the rest, and how often something changed that is told of. */
const [LOCK, WORKERS, CAPACITY_AT, CHANGES, HEADER] = [0, 1, 2, 3, 4]

/** Of an entry, before the bits of who holds it and the counts of each worker. */
const [STATE, KEY, TURN, HEALTH, LEFT_AT, FIELDS] = [0, 1, 3, 5, 6, 7]

/** What was in use once does not end a search. Of what was left its health is remembered. */
const [NEVER, USED, FREED, LEFT] = [0, 1, 2, 3]

const LOCK_WAIT_MS = 10

/** For how long, as in Kong. */
const REMEMBERED_S = 300

/** Of an upstream: those of all its requests, and those of the ones whose own address could not be had. */
export const turnKinds = { first: 0, substitute: 1 } as const

export interface Claim {
  readonly place: number
  /** Nobody held it: its numbers begin anew, but for its health if somebody did a while ago. */
  readonly fresh: boolean
}

/**
 * What all workers of a node know together of upstreams and their addresses, in memory that they share. An entry is found
 * by its key, and lives as long as a worker holds it; its health, where there is something to say of it, is remembered a
 * while longer. Only claims and releases wait for each other; what happens per request does not. Times are milliseconds
 * since the epoch.
 */
export class SharedTable {
  readonly buffer: SharedArrayBuffer
  readonly #workers: number
  readonly #capacity: number
  readonly #size: number
  readonly #ints: Int32Array
  readonly #latencies: Float64Array

  constructor(buffer: SharedArrayBuffer) {
    const [, workers = 0, capacity = 0] = new Int32Array(buffer, 0, HEADER)
    this.buffer = buffer
    this.#workers = workers
    this.#capacity = capacity
    this.#size = sizeOf(workers)
    this.#ints = new Int32Array(buffer, 0, HEADER + capacity * this.#size)
    this.#latencies = new Float64Array(buffer, latenciesAt(workers, capacity), capacity * 2)
  }

  static forWorkers(workers: number, capacity = CAPACITY): SharedTable {
    const bytes = latenciesAt(workers, capacity) + capacity * 2 * Float64Array.BYTES_PER_ELEMENT
    const buffer = new SharedArrayBuffer(bytes)
    const header = new Int32Array(buffer, 0, HEADER)
    header[WORKERS] = workers
    header[CAPACITY_AT] = capacity
    return new SharedTable(buffer)
  }

  /** Undefined for what there is no room for. Claiming twice is claiming once. */
  claim(worker: number, keys: readonly string[], now: number): (Claim | undefined)[] {
    return this.#locked(worker, () => keys.map((key) => this.#claim(worker, key, now)))
  }

  /** The last one to release an entry frees it. */
  release(worker: number, places: readonly number[], now: number): void {
    this.#locked(worker, () => {
      for (const place of places) this.#release(worker, place, now)
    })
  }

  /** To be called when a worker is gone, by whoever is none. */
  vacate(worker: number, now: number): void {
    // It may have ended with the lock in its hand.
    Atomics.compareExchange(this.#ints, LOCK, worker + 1, 0)
    this.#locked(this.#workers, () => {
      for (let place = 0; place < this.#capacity; place++) this.#release(worker, place, now)
    })
  }

  /** How many entries are in use. */
  get size(): number {
    let used = 0
    for (let place = 0; place < this.#capacity; place++) if (this.#ints[this.#at(place)] === USED) used += 1
    return used
  }

  /** Goes up whenever there are other addresses than before, or one of them is no longer used, or again. */
  get changes(): number {
    return Atomics.load(this.#ints, CHANGES)
  }

  changed(): void {
    Atomics.add(this.#ints, CHANGES, 1)
  }

  turn(place: number, kind: (typeof turnKinds)[keyof typeof turnKinds]): number {
    return Atomics.add(this.#ints, this.#at(place) + TURN + kind, 1) >>> 0
  }

  /** Open requests, of all workers. */
  open(place: number): number {
    const first = this.#openAt(place)
    let sum = 0
    for (let at = first; at < first + this.#workers; at++) sum += this.#ints[at] ?? 0
    return sum
  }

  /** Every worker counts its own, so that those of one that dies go with it. */
  addOpen(worker: number, place: number, by: number): void {
    const at = this.#openAt(place) + worker
    this.#ints[at] = (this.#ints[at] ?? 0) + by
  }

  health(place: number): number {
    return Atomics.load(this.#ints, this.#at(place) + HEALTH)
  }

  /** Whether it was `from` until now, and is `to`. */
  replaceHealth(place: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#ints, this.#at(place) + HEALTH, from, to) === from
  }

  /** Two workers that measure at one moment may lose one of the two: an average can do without. */
  latency(place: number): Latency {
    return { average: this.#latencies[place * 2] ?? 0, at: this.#latencies[place * 2 + 1] ?? 0 }
  }

  setLatency(place: number, { average, at }: Latency): void {
    this.#latencies[place * 2] = average
    this.#latencies[place * 2 + 1] = at
  }

  #claim(worker: number, key: string, now: number): Claim | undefined {
    const hashes = [xxHash32(key), xxHash32(key, 1)] as const
    const { place, is } = this.#find(hashes, now)
    if (place === undefined) return undefined
    const at = this.#at(place)
    if (is !== USED) {
      const health = is === LEFT ? (this.#ints[at + HEALTH] ?? 0) : 0
      this.#ints.fill(0, at, at + this.#size)
      this.#ints.set(hashes, at + KEY)
      this.#ints[at + HEALTH] = health
      // Of many nodes, not all begin with the same address.
      for (const kind of Object.values(turnKinds)) this.#ints[at + TURN + kind] = randomInt(2 ** 31)
      this.setLatency(place, { average: 0, at: 0 })
      this.changed()
    }
    this.#setHolder(worker, at, true)
    this.#ints[at + STATE] = USED
    return { place, fresh: is !== USED }
  }

  /** Where the key is, in use or left; or else where it can be, at the expense of what was left if need be. */
  #find(
    [first, second]: readonly [number, number],
    now: number,
  ): { place: number | undefined; is: typeof USED | typeof LEFT | typeof FREED } {
    let [free, left]: (number | undefined)[] = []
    const start = (first >>> 0) % this.#capacity
    for (let i = 0; i < this.#capacity; i++) {
      const place = (start + i) % this.#capacity
      const at = this.#at(place)
      const state = this.#stateAt(at, now)
      const isIt = this.#ints[at + KEY] === first && this.#ints[at + KEY + 1] === second
      if (isIt && (state === USED || state === LEFT)) return { place, is: state }
      if (state === LEFT) left ??= place
      else if (state !== USED) free ??= place
      if (state === NEVER) break
    }
    return { place: free ?? left, is: FREED }
  }

  /** What was left too long ago is free. */
  #stateAt(at: number, now: number): number | undefined {
    const state = this.#ints[at + STATE]
    const isOld = secondsOf(now) - (this.#ints[at + LEFT_AT] ?? 0) > REMEMBERED_S
    return state === LEFT && isOld ? FREED : state
  }

  #release(worker: number, place: number, now: number): void {
    const at = this.#at(place)
    if (this.#ints[at + STATE] !== USED) return
    this.#ints[this.#openAt(place) + worker] = 0
    this.#setHolder(worker, at, false)
    const holders = this.#ints.subarray(at + FIELDS, this.#openAt(place))
    if (!holders.every((bits) => bits === 0)) return
    this.#ints[at + LEFT_AT] = secondsOf(now)
    this.#ints[at + STATE] = this.#ints[at + HEALTH] === 0 ? FREED : LEFT
    this.changed()
  }

  #setHolder(worker: number, at: number, holds: boolean): void {
    const word = at + FIELDS + (worker >>> 5)
    const bit = 1 << (worker & 31)
    const bits = this.#ints[word] ?? 0
    this.#ints[word] = holds ? bits | bit : bits & ~bit
  }

  #locked<T>(owner: number, work: () => T): T {
    for (let holder = this.#lock(owner); holder !== 0; holder = this.#lock(owner))
      Atomics.wait(this.#ints, LOCK, holder, LOCK_WAIT_MS)
    try {
      return work()
    } finally {
      Atomics.store(this.#ints, LOCK, 0)
      Atomics.notify(this.#ints, LOCK, 1)
    }
  }

  #lock(owner: number): number {
    return Atomics.compareExchange(this.#ints, LOCK, 0, owner + 1)
  }

  #at(place: number): number {
    return HEADER + place * this.#size
  }

  #openAt(place: number): number {
    return this.#at(place) + this.#size - this.#workers
  }
}

/** Fits the integers of the table. */
function secondsOf(ms: number): number {
  return Math.floor(ms / 1000) | 0
}

function sizeOf(workers: number): number {
  return FIELDS + Math.ceil(workers / 32) + workers
}

/** In bytes, where numbers of eight bytes may begin. */
function latenciesAt(workers: number, capacity: number): number {
  return Math.ceil((HEADER + capacity * sizeOf(workers)) / 2) * 2 * Int32Array.BYTES_PER_ELEMENT
}
