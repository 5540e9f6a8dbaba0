import { randomInt } from 'node:crypto'
import type { Latency } from '../balancer/address.ts'
import { xxHash32 } from '../balancer/xx-hash.ts'

const CAPACITY = 16_384

/** Before the entries: who holds the lock, and the shape of the rest. */
const [LOCK, WORKERS, CAPACITY_AT, HEADER] = [0, 1, 2, 4]

/** Of an entry, before the bits of who holds it and the counts of each worker. */
const [STATE, KEY, TURN, HEALTH, FIELDS] = [0, 1, 3, 5, 6]

/** What was in use once does not end a search. */
const [NEVER, USED, FREED] = [0, 1, 2]

const LOCK_WAIT_MS = 10

/** Of an upstream: those of all its requests, and those of the ones whose own address could not be had. */
export const turnKinds = { first: 0, substitute: 1 } as const

export interface Claim {
  readonly place: number
  /** Nobody held it: its numbers begin anew. */
  readonly fresh: boolean
}

/**
 * What all workers of a node know together of upstreams and their addresses, in memory that they share. An entry is found
 * by its key, and lives as long as a worker holds it. Only claims and releases wait for each other; what happens per
 * request does not.
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
  claim(worker: number, keys: readonly string[]): (Claim | undefined)[] {
    return this.#locked(worker, () => keys.map((key) => this.#claim(worker, key)))
  }

  /** The last one to release an entry frees it. */
  release(worker: number, places: readonly number[]): void {
    this.#locked(worker, () => {
      for (const place of places) this.#release(worker, place)
    })
  }

  /** To be called when a worker is gone, by whoever is none. */
  vacate(worker: number): void {
    // It may have ended with the lock in its hand.
    Atomics.compareExchange(this.#ints, LOCK, worker + 1, 0)
    this.#locked(this.#workers, () => {
      for (let place = 0; place < this.#capacity; place++) this.#release(worker, place)
    })
  }

  /** How many entries are in use. */
  get size(): number {
    let used = 0
    for (let place = 0; place < this.#capacity; place++) if (this.#ints[this.#at(place)] === USED) used += 1
    return used
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

  #claim(worker: number, key: string): Claim | undefined {
    const hashes = [xxHash32(key), xxHash32(key, 1)] as const
    const { place, found } = this.#find(hashes)
    if (place === undefined) return undefined
    const at = this.#at(place)
    if (!found) {
      this.#ints.fill(0, at, at + this.#size)
      this.#ints.set(hashes, at + KEY)
      // Of many nodes, not all begin with the same address.
      for (const kind of Object.values(turnKinds)) this.#ints[at + TURN + kind] = randomInt(2 ** 31)
      this.setLatency(place, { average: 0, at: 0 })
    }
    this.#setHolder(worker, at, true)
    this.#ints[at + STATE] = USED
    return { place, fresh: !found }
  }

  /** Where the key is, or else where it can be. */
  #find([first, second]: readonly [number, number]): { place: number | undefined; found: boolean } {
    let free: number | undefined
    const start = (first >>> 0) % this.#capacity
    for (let i = 0; i < this.#capacity; i++) {
      const place = (start + i) % this.#capacity
      const at = this.#at(place)
      const state = this.#ints[at + STATE]
      if (state === USED && this.#ints[at + KEY] === first && this.#ints[at + KEY + 1] === second)
        return { place, found: true }
      if (state !== USED) free ??= place
      if (state === NEVER) break
    }
    return { place: free, found: false }
  }

  #release(worker: number, place: number): void {
    const at = this.#at(place)
    if (this.#ints[at + STATE] !== USED) return
    this.#ints[this.#openAt(place) + worker] = 0
    this.#setHolder(worker, at, false)
    const holders = this.#ints.subarray(at + FIELDS, this.#openAt(place))
    if (holders.every((bits) => bits === 0)) this.#ints[at + STATE] = FREED
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

function sizeOf(workers: number): number {
  return FIELDS + Math.ceil(workers / 32) + workers
}

/** In bytes, where numbers of eight bytes may begin. */
function latenciesAt(workers: number, capacity: number): number {
  return Math.ceil((HEADER + capacity * sizeOf(workers)) / 2) * 2 * Int32Array.BYTES_PER_ELEMENT
}
