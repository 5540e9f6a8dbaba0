import type { AddressState, Latency, Turns } from '../balancer/address.ts'
import { startAmong } from '../balancer/latency.ts'
import { LocalState, LocalTurns } from '../balancer/local-state.ts'
import { type SharedTable, turnKinds } from './shared-table.ts'

/** What a worker holds of an upstream: the turns of it, and a state for each of its addresses, in their order. */
export interface Lease {
  readonly turns: Turns
  readonly substitutes: Turns
  readonly states: readonly AddressState[]
  /** Given back when the requests that are still there have ended. */
  release(): void
}

/**
 * A worker's way to what the node knows together. The same upstream and addresses have the same numbers, whatever config
 * they are of: an apply loses none. What there is no room for in the table, the worker counts for itself.
 */
export class NodeState {
  readonly #table: SharedTable
  readonly #worker: number
  readonly #clock: () => number
  readonly #held = new Map<string, Held>()

  /** @param clock milliseconds since the epoch */
  constructor(table: SharedTable, worker: number, clock: () => number) {
    this.#table = table
    this.#worker = worker
    this.#clock = clock
  }

  /** @param keys of the addresses */
  lease(upstream: string, keys: readonly string[]): Lease {
    const now = this.#clock()
    const names = [upstream, ...keys.map((key) => `${upstream} ${key}`)]
    const held = this.#hold(names, now)
    const [own, ...addresses] = held
    const shared = addresses.filter((one) => one !== undefined)
    const start = startAmong(
      shared.filter(({ fresh }) => !fresh).map(({ latency }) => latency),
      now,
    )
    for (const one of shared) one.begin(start)
    return {
      turns: own?.turns(turnKinds.first) ?? new LocalTurns(),
      substitutes: own?.turns(turnKinds.substitute) ?? new LocalTurns(),
      states: addresses.map((one) => one ?? new LocalState()),
      release: () => this.#drop(held.filter((one) => one !== undefined)),
    }
  }

  #hold(names: readonly string[], now: number): (Held | undefined)[] {
    const unknown = [...new Set(names)].filter((name) => !this.#held.has(name))
    for (const [i, claim] of this.#table.claim(this.#worker, unknown, now).entries()) {
      const name = unknown[i]
      if (claim === undefined || name === undefined) continue
      const drop = (held: Held): void => this.#drop([held])
      this.#held.set(name, new Held(this.#table, this.#worker, { name, ...claim }, drop))
    }
    return names.map((name) => {
      const held = this.#held.get(name)
      held?.hold()
      return held
    })
  }

  #drop(all: readonly Held[]): void {
    const last = all.filter((held) => held.letGo())
    if (last.length === 0) return
    for (const { name } of last) this.#held.delete(name)
    this.#table.release(
      this.#worker,
      last.map(({ place }) => place),
      this.#clock(),
    )
  }
}

/** An entry of the table, held as long as a lease or a request needs it. */
class Held implements AddressState {
  readonly name: string
  readonly place: number
  readonly #table: SharedTable
  readonly #worker: number
  readonly #drop: (held: Held) => void
  #fresh: boolean
  #holders = 0
  #requests = 0

  constructor(
    table: SharedTable,
    worker: number,
    entry: { readonly name: string; readonly place: number; readonly fresh: boolean },
    drop: (held: Held) => void,
  ) {
    this.#table = table
    this.#worker = worker
    this.#drop = drop
    this.name = entry.name
    this.place = entry.place
    this.#fresh = entry.fresh
  }

  get fresh(): boolean {
    return this.#fresh
  }

  begin(latency: Latency): void {
    if (this.#fresh) this.#table.setLatency(this.place, latency)
    this.#fresh = false
  }

  hold(): void {
    this.#holders += 1
  }

  /** Whether nobody needs it any more. */
  letGo(): boolean {
    this.#holders -= 1
    return this.#holders === 0
  }

  turns(kind: (typeof turnKinds)[keyof typeof turnKinds]): Turns {
    return { next: () => this.#table.turn(this.place, kind) }
  }

  get open(): number {
    return this.#table.open(this.place)
  }

  /** Of what was let go nothing is counted: a request that comes so late is of a config before the last. */
  opened(): void {
    if (this.#holders === 0) return
    this.#holders += 1
    this.#requests += 1
    this.#table.addOpen(this.#worker, this.place, 1)
  }

  closed(): void {
    if (this.#requests === 0) return
    this.#requests -= 1
    this.#table.addOpen(this.#worker, this.place, -1)
    this.#drop(this)
  }

  get isKept(): boolean {
    return this.#holders > 0
  }

  get health(): number {
    return this.#table.health(this.place)
  }

  /** Where nothing is counted any more, all is well done. */
  replaceHealth(from: number, to: number): boolean {
    return !this.isKept || this.#table.replaceHealth(this.place, from, to)
  }

  get latency(): Latency {
    return this.#table.latency(this.place)
  }

  set latency(latency: Latency) {
    if (this.#holders > 0) this.#table.setLatency(this.place, latency)
  }
}
