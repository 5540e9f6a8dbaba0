/** What is counted for the whole node, each worker in a slot of its own, so that nobody waits for anybody. */
const FIELDS = ['beats', 'requests', 'accepted', 'active', 'inFlight'] as const
type Field = (typeof FIELDS)[number]

/** Of one moment only: a worker that is gone has none. The others are totals, which its successor continues. */
const GAUGES: readonly Field[] = ['active', 'inFlight']

/** Node-wide counters in memory that all threads share. */
export class Counters {
  readonly buffer: SharedArrayBuffer
  readonly #values: Float64Array

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#values = new Float64Array(buffer)
  }

  static forWorkers(workers: number): Counters {
    return new Counters(new SharedArrayBuffer(workers * FIELDS.length * Float64Array.BYTES_PER_ELEMENT))
  }

  /** Only the worker of the slot may call this: one writer per slot is why nothing needs to be atomic. */
  add(slot: number, field: Field, by: number): void {
    const at = indexOf(slot, field)
    this.#values[at] = (this.#values[at] ?? 0) + by
  }

  get(slot: number, field: Field): number {
    return this.#values[indexOf(slot, field)] ?? 0
  }

  total(field: Field): number {
    let total = 0
    for (let at = FIELDS.indexOf(field); at < this.#values.length; at += FIELDS.length)
      total += this.#values[at] ?? 0
    return total
  }

  /** To be called when the worker of a slot is gone. */
  vacate(slot: number): void {
    for (const field of GAUGES) this.#values[indexOf(slot, field)] = 0
  }
}

function indexOf(slot: number, field: Field): number {
  return slot * FIELDS.length + FIELDS.indexOf(field)
}
