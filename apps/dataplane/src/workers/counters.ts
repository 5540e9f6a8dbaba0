import type { Distribution } from '@biplane/service'
import { type ShedReason, type Slowness, shedReasons, slownesses } from '../overload/reasons.ts'

/** By the first digit of the status; in place 0 what the client did not wait for. */
export const responseClasses = ['aborted', '1xx', '2xx', '3xx', '4xx', '5xx'] as const

/** What is above all classes is to be taken for the last of them (RFC 9110, section 15). */
export function responseClass(status: number): (typeof responseClasses)[number] {
  return responseClasses[Math.min(Math.floor(status / 100), 5)] ?? 'aborted'
}

/** What is counted for the whole node, each worker in a slot of its own, so that nobody waits for anybody. */
const FIELDS = [
  'beats',
  'requests',
  'accepted',
  'active',
  'inFlight',
  'heapBytes',
  'externalBytes',
  'upstreamConnections',
  'bufferedBytes',
  'connectionsRefused',
  'connectionsGivenUp',
  'cutRequests',
  'cutTunnels',
  'streams',
  'activeStreams',
  'datagramStreams',
  'cutStreams',
  'probes',
  ...responseClasses,
  ...responseClasses.map(endedAs),
  ...shedReasons.map(shed),
  ...slownesses.map(tooSlow),
] as const
type Field = (typeof FIELDS)[number]

/** The field that counts the streams that ended with a status of this class. */
export function endedAs<C extends (typeof responseClasses)[number]>(code: C): `stream ${C}` {
  return `stream ${code}`
}

/** The field that counts the requests that were not taken for this reason. */
export function shed<R extends ShedReason>(reason: R): `shed ${R}` {
  return `shed ${reason}`
}

/** The field that counts the clients whose connection was closed for this. */
export function tooSlow<S extends Slowness>(slowness: S): `slow ${S}` {
  return `slow ${slowness}`
}

/** Of one moment only: a worker that is gone has none. The others are totals, which its successor continues. */
const GAUGES: readonly Field[] = [
  'active',
  'activeStreams',
  'datagramStreams',
  'inFlight',
  'heapBytes',
  'externalBytes',
  'upstreamConnections',
  'bufferedBytes',
]

/** The upper bounds of the buckets of what is distributed, seconds. */
export const bounds = {
  /** From a request's head to the end of its answer. */
  requestSeconds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  /** From the beginning of a stream to its end. */
  streamSeconds: [0.01, 0.1, 1, 10, 60, 600, 3600, 86_400],
  /** The longest that the event loop was late in each beat. */
  delaySeconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
} as const
type Measure = keyof typeof bounds

/** What a slot consists of, and how many places each takes: a measure its buckets, one for what lies above, and its sum. */
const LAYOUT: readonly (readonly [name: Field | Measure, places: number])[] = [
  ...FIELDS.map((field) => [field, 1] as const),
  ['requestSeconds', bounds.requestSeconds.length + 2],
  ['streamSeconds', bounds.streamSeconds.length + 2],
  ['delaySeconds', bounds.delaySeconds.length + 2],
]
const placesBefore = (end: number): number =>
  LAYOUT.slice(0, end).reduce((sum, [, places]) => sum + places, 0)
const OFFSETS = new Map(LAYOUT.map(([name], i) => [name, placesBefore(i)]))
const SLOT_SIZE = placesBefore(LAYOUT.length)

/** Node-wide counters in memory that all threads share. */
export class Counters {
  readonly buffer: SharedArrayBuffer
  readonly #values: Float64Array

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#values = new Float64Array(buffer)
  }

  static forWorkers(workers: number): Counters {
    return new Counters(new SharedArrayBuffer(workers * SLOT_SIZE * Float64Array.BYTES_PER_ELEMENT))
  }

  /** Only the worker of the slot may call this: one writer per slot is why nothing needs to be atomic. */
  add(slot: number, field: Field, by: number): void {
    this.#add(indexOf(slot, field), by)
  }

  /** Only the worker of the slot may call this. */
  set(slot: number, field: Field, value: number): void {
    this.#values[indexOf(slot, field)] = value
  }

  /** Only the worker of the slot may call this. */
  observe(slot: number, measure: Measure, value: number): void {
    const limits = bounds[measure]
    const at = indexOf(slot, measure)
    let bucket = 0
    while (bucket < limits.length && value > (limits[bucket] ?? 0)) bucket += 1
    this.#add(at + bucket, 1)
    this.#add(at + limits.length + 1, value)
  }

  get(slot: number, field: Field): number {
    return this.#values[indexOf(slot, field)] ?? 0
  }

  total(field: Field): number {
    return this.#sum(indexOf(0, field))
  }

  distribution(measure: Measure): Distribution {
    const at = indexOf(0, measure)
    const above = bounds[measure].length
    return {
      counts: Array.from({ length: above + 1 }, (_, bucket) => this.#sum(at + bucket)),
      sum: this.#sum(at + above + 1),
    }
  }

  /** To be called when the worker of a slot is gone. */
  vacate(slot: number): void {
    for (const field of GAUGES) this.#values[indexOf(slot, field)] = 0
  }

  #add(at: number, by: number): void {
    this.#values[at] = (this.#values[at] ?? 0) + by
  }

  /** Over all slots. */
  #sum(first: number): number {
    let sum = 0
    for (let at = first; at < this.#values.length; at += SLOT_SIZE) sum += this.#values[at] ?? 0
    return sum
  }
}

function indexOf(slot: number, name: Field | Measure): number {
  return slot * SLOT_SIZE + (OFFSETS.get(name) ?? 0)
}
