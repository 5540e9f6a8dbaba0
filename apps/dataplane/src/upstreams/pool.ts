import { isIP } from 'node:net'
import type { Target } from '@biplane/entities'
import { type Address, addressKey } from '../balancer/address.ts'
import { algorithms, type Choose } from '../balancer/algorithm.ts'
import type { BalancedUpstream } from '../runtime/balancers.ts'
import type { HealthView, Judge } from './health.ts'
import type { Names, Resolved } from './names.ts'
import type { Lease, NodeState } from './node-state.ts'

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
      .map(parse)
      .sort(byName)
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

  #build(found: readonly Omit<Address, 'state'>[]): Selection {
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

  #addressesOf(target: ParsedTarget, resolved: Resolved | null | undefined): Omit<Address, 'state'>[] {
    const { host, port, weight } = target
    if (resolved === null) return [{ key: addressKey(host, port), ip: host, port, host, weight }]
    if (resolved?.kind !== 'found') {
      this.#unresolved.add(host)
      return []
    }
    this.#unresolved.delete(host)
    const { use_srv_name: useName } = this.#upstream.fields
    return resolved.places
      .map((place) => ({
        ip: place.ip,
        port: place.port ?? port,
        weight: place.weight ?? weight,
        key: addressKey(place.ip, place.port ?? port),
        host: useName && place.host !== null ? place.host : host,
      }))
      .sort((a, b) => compare(a.key, b.key))
  }
}

interface ParsedTarget {
  /** A name, or an IP address without brackets. */
  readonly host: string
  readonly port: number
  readonly weight: number
}

const USUAL_WEIGHT = 100

function isKnown<T>(lookup: T | Promise<T>): lookup is T {
  return !(lookup instanceof Promise)
}

/** Targets are stored with a port, always. */
function parse({ target, weight }: Target): ParsedTarget {
  const colon = target.lastIndexOf(':')
  const host = target.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  return { host, port: Number(target.slice(colon + 1)), weight: weight ?? USUAL_WEIGHT }
}

function byName(a: ParsedTarget, b: ParsedTarget): number {
  return compare(a.host, b.host) || a.port - b.port
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
