import { isIP } from 'node:net'
import type { Address } from '../balancer/address.ts'
import { algorithms, type Choose } from '../balancer/algorithm.ts'
import type { BalancedUpstream } from '../runtime/balancers.ts'
import type { HealthView, Judge } from './health.ts'
import type { Names, Resolved } from './names.ts'
import type { Lease, NodeState } from './node-state.ts'
import { addressesOf, inOrder, type ParsedTarget, parseTarget, type Unleased } from './targets.ts'

export interface PoolParts {
  readonly names: Pick<Names, 'lookup'>
  readonly state: Pick<NodeState, 'lease'>
  readonly judge: Judge
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/** What a pool chooses from at one moment. */
export interface Selection {
  readonly addresses: readonly Address[]
  readonly choose: Choose
  readonly health: HealthView
}

/** The addresses of an upstream: those of its targets, as long as DNS says so. */
export class Pool {
  readonly #upstream: BalancedUpstream
  readonly #parts: PoolParts
  readonly #targets: readonly ParsedTarget[]
  /** Until when nothing has to be looked up again. */
  #until = 0
  #selection: Selection | undefined
  /** What the addresses are, in one text. */
  #signature: string | undefined
  #lease: Lease | undefined
  /** Of names that did not resolve: nobody waits for them again as long as there are others. */
  readonly #unresolved = new Set<string>()
  #closed = false

  constructor(upstream: BalancedUpstream, parts: PoolParts) {
    this.#upstream = upstream
    this.#parts = parts
    this.#targets = [...upstream.targets.values()]
      .filter(({ weight }) => weight !== 0)
      .map(parseTarget)
      .sort(inOrder)
  }

  /** At once when all that is needed is known. */
  selection(): Selection | Promise<Selection> {
    if (this.#selection !== undefined && this.#parts.clock() < this.#until) return this.#selection
    const lookups = this.#targets.map(({ host }) =>
      isIP(host) === 0 ? this.#parts.names.lookup(host) : null,
    )
    const isEmpty = (this.#selection?.addresses.length ?? 0) === 0
    const settled = lookups.map((lookup, i) => {
      if (!(lookup instanceof Promise)) return lookup
      return this.#unresolved.has(this.#targets[i]?.host ?? '') && !isEmpty ? undefined : lookup
    })
    const known = settled.filter(isKnown)
    if (known.length === settled.length) return this.#select(known)
    return Promise.all(settled).then((resolved) => this.#select(resolved))
  }

  close(): void {
    this.#closed = true
    this.#lease?.release()
  }

  /** @param resolved for each target; null for one that is an address, undefined for one that still does not resolve */
  #select(resolved: readonly (Resolved | null | undefined)[]): Selection {
    const found = this.#targets.flatMap((target, i) => this.#addressesOf(target, resolved[i]))
    const now = this.#parts.clock()
    this.#until = Math.min(
      ...resolved.map((one) => (one === null ? Number.POSITIVE_INFINITY : (one?.until ?? now))),
    )
    const signature = found.map(({ key, host, weight }) => `${key} ${host} ${weight}`).join()
    if (this.#selection !== undefined && signature === this.#signature) return this.#selection
    this.#signature = signature
    this.#selection = this.#build(found)
    return this.#selection
  }

  #build(found: readonly Unleased[]): Selection {
    const { fields, targets } = this.#upstream
    const before = this.#lease
    const lease = this.#parts.state.lease(
      fields.id,
      // Two names of one place are two targets, each with its own health.
      found.map(({ key, host }) => `${key} ${host}`),
    )
    this.#lease = lease
    before?.release()
    // A request may come late, on a config before the last: what it holds is given back at once.
    if (this.#closed) lease.release()
    const addresses = found.flatMap((address, i) => {
      const state = lease.states[i]
      return state === undefined ? [] : [{ ...address, state }]
    })
    const { turns, substitutes } = lease
    const choices = { addresses, targets: targets.size, slots: fields.slots ?? 0, turns, substitutes }
    const choose = algorithms[fields.algorithm ?? 'round-robin'](choices)
    return { addresses, choose, health: this.#parts.judge(fields, addresses) }
  }

  #addressesOf(target: ParsedTarget, resolved: Resolved | null | undefined): Unleased[] {
    if (resolved === undefined || (resolved !== null && resolved.kind !== 'found')) {
      this.#unresolved.add(target.host)
      return []
    }
    this.#unresolved.delete(target.host)
    return addressesOf(target, resolved, this.#upstream.fields)
  }
}

function isKnown<T>(lookup: T | Promise<T>): lookup is T {
  return !(lookup instanceof Promise)
}
