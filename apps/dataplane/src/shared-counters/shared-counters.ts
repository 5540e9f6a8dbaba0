import { hash, randomBytes } from 'node:crypto'
import type { CountingWindow, SharedCounters } from '@biplane/plugins/handlers'
import { LRUCache } from 'lru-cache'

/** As much as Kong gives its counters, unless it is told otherwise. */
const BYTES = 12 * 2 ** 20

/** Words of 32 bits. */
const SEED_WORDS = 4
const WINDOWS = 6
/** Of a key: two of its digest, when the last of its windows ends, when it was last used, and start and count of each window. */
const ENTRY_WORDS = 4 + 2 * WINDOWS
const [ENDS, USED, FIRST_WINDOW] = [2, 3, 4]
/** Keys that share a lock, and compete for room. */
const WAYS = 8
const BUCKET_WORDS = WAYS * ENTRY_WORDS

const FREE = 0

/** Of how many keys a thread remembers the digests. Long ones are sent by those who want them remembered. */
const KNOWN_PLACES = 4096
const LONGEST_KNOWN = 256

/** Where the entry of a key is to be looked for, and by what. */
interface Place {
  readonly bucket: number
  readonly high: number
  readonly low: number
}

/**
 * Counters in memory that all threads share: a hash table of buckets of eight keys. Each bucket has a lock, which a thread
 * holds for about a microsecond. Keys are known by 64 bits of a digest with a secret, so that nobody can send keys that
 * meet on purpose.
 */
export class SharedCounterTable implements SharedCounters {
  readonly buffer: SharedArrayBuffer
  readonly #owner: number
  readonly #seed: string
  readonly #locks: Int32Array
  readonly #entries: Uint32Array
  readonly #nowSeconds: () => number
  /** A digest costs more than all the rest. */
  readonly #places = new LRUCache<string, Place>({ max: KNOWN_PLACES })

  /**
   * @param worker the number of the thread that uses it, different from those of others
   * @param nowSeconds since the epoch; for what may be forgotten first
   */
  constructor(
    buffer: SharedArrayBuffer,
    worker: number,
    nowSeconds: () => number = () => Math.floor(Date.now() / 1000),
  ) {
    const buckets = Math.floor((buffer.byteLength / 4 - SEED_WORDS) / (BUCKET_WORDS + 1))
    this.buffer = buffer
    this.#owner = worker + 1
    this.#seed = Buffer.from(new Uint8Array(buffer, 0, SEED_WORDS * 4)).toString('latin1')
    this.#locks = new Int32Array(buffer, SEED_WORDS * 4, buckets)
    this.#entries = new Uint32Array(buffer, (SEED_WORDS + buckets) * 4, buckets * BUCKET_WORDS)
    this.#nowSeconds = nowSeconds
  }

  /** Memory for a table of this size. */
  static memory(bytes = BYTES): SharedArrayBuffer {
    const buffer = new SharedArrayBuffer(bytes)
    new Uint8Array(buffer).set(randomBytes(SEED_WORDS * 4))
    return buffer
  }

  take(key: string, windows: readonly CountingWindow[], by = 1): readonly number[] {
    const { bucket, high, low } = this.#placeOf(key)
    this.#lock(bucket)
    try {
      const entry = this.#entry(bucket, high, low)
      const counts = windows.map((window) => this.#count(entry, window))
      if (windows.every(({ limit }, i) => (counts[i] ?? 0) < limit)) this.#add(entry, windows, by)
      return counts
    } finally {
      Atomics.store(this.#locks, bucket, FREE)
    }
  }

  #placeOf(key: string): Place {
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const digest = hash('sha1', this.#seed + key, 'buffer')
    const place = {
      bucket: digest.readUInt32LE(8) % this.#locks.length,
      high: digest.readUInt32LE(0),
      low: digest.readUInt32LE(4),
    }
    if (key.length <= LONGEST_KNOWN) this.#places.set(key, place)
    return place
  }

  /** To be called when a thread is gone: had it held a lock, nobody else would ever count there again. */
  vacate(worker: number): void {
    for (let bucket = 0; bucket < this.#locks.length; bucket += 1)
      Atomics.compareExchange(this.#locks, bucket, worker + 1, FREE)
  }

  #lock(bucket: number): void {
    for (let tries = 1; ; tries += 1) {
      const holder = Atomics.compareExchange(this.#locks, bucket, FREE, this.#owner)
      if (holder === FREE) return
      // Who holds it that long was put to sleep by the system, in favour of others such as this one.
      if (tries % 100 === 0) Atomics.wait(this.#locks, bucket, holder, 1)
    }
  }

  /** Where the entry of a key begins: its own, else one that can be spared. */
  #entry(bucket: number, high: number, low: number): number {
    const entries = this.#entries
    const first = bucket * BUCKET_WORDS
    const now = this.#nowSeconds()
    let spared = first
    let leastUsed = Number.POSITIVE_INFINITY
    for (let at = first; at < first + BUCKET_WORDS; at += ENTRY_WORDS) {
      if (entries[at] === high && entries[at + 1] === low) {
        entries[at + USED] = now
        return at
      }
      const used = (entries[at + ENDS] ?? 0) <= now ? 0 : (entries[at + USED] ?? 0)
      if (used >= leastUsed) continue
      spared = at
      leastUsed = used
    }
    entries.fill(0, spared, spared + ENTRY_WORDS)
    entries[spared] = high
    entries[spared + 1] = low
    entries[spared + USED] = now
    return spared
  }

  /** What a window has counted. */
  #count(entry: number, { place, start }: CountingWindow): number {
    const at = entry + FIRST_WINDOW + 2 * place
    return this.#entries[at] === start ? (this.#entries[at + 1] ?? 0) : 0
  }

  #add(entry: number, windows: readonly CountingWindow[], by: number): void {
    for (const window of windows) {
      const at = entry + FIRST_WINDOW + 2 * window.place
      const count = this.#count(entry, window) + by
      this.#entries[at] = window.start
      this.#entries[at + 1] = count
      const ends = this.#entries[entry + ENDS] ?? 0
      if (window.end > ends) this.#entries[entry + ENDS] = window.end
    }
  }
}
