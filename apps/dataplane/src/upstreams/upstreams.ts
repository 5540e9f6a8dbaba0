import { isIP } from 'node:net'
import type { Upstream } from '@biplane/entities'
import { addressKey } from '../balancer/address.ts'
import { measured } from '../balancer/latency.ts'
import { Wheel } from '../balancer/wheel.ts'
import type { BalancedUpstream, Balancers } from '../runtime/balancers.ts'
import type { Resolved } from './names.ts'
import { Pool, type PoolParts, type Selection } from './pool.ts'
import type { Place } from './resolve-name.ts'

/** Where the tries of one request go, one after another. */
export interface Tries {
  next(): NextTry | Promise<NextTry>
}

export type NextTry =
  | { readonly kind: 'try'; readonly to: Try }
  /** The upstream has no address that may be used. */
  | { readonly kind: 'no-peer' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'unresolved'; readonly reason: string }

/** A try, from its beginning: it counts as open until it failed or is over. */
export interface Try {
  readonly ip: string
  readonly port: number
  /** What the upstream is called: the name that the Host header is made from. */
  readonly host: string
  /** @param last whether the request is given up with it; false for streams, whose every failure counts as what it is */
  failed(how: 'timeout' | 'broken', last: boolean): void
  /** The head of the answer is there. */
  answered(status: number): void
  /** The connection of a stream stands, which is all that is asked of its upstream. */
  connected(): void
  /** Nothing of it is left. Harmless when it is over already. */
  over(): void
}

/** Finds where requests go: to the targets of an upstream, to what a name leads to, or to an address. */
export class Upstreams {
  readonly #parts: PoolParts
  readonly #pools = new Map<BalancedUpstream, Pool>()

  constructor(parts: PoolParts) {
    this.#parts = parts
  }

  /** @param hash what a request of the upstream is hashed on, one character a byte; asked for where that decides */
  tries(
    service: { readonly host: string; readonly port: number },
    balancers: Balancers,
    hash: (upstream: Upstream) => string,
  ): Tries {
    const { port } = service
    const host = service.host.startsWith('[') ? service.host.slice(1, -1) : service.host
    if (isIP(host) !== 0) return { next: () => ({ kind: 'try', to: plainTry(host, port, host) }) }
    const upstream = balancers.named(host)
    if (upstream === undefined) return new NamedTries(this.#parts, host, port)
    const { fields } = upstream
    const input = fields.algorithm === 'consistent-hashing' ? hash(fields) : ''
    return new BalancedTries(
      this.#pool(upstream),
      { hash: input, host: fields.host_header },
      this.#parts.clock,
    )
  }

  /** The addresses of an upstream, as they are now. */
  selection(upstream: BalancedUpstream): Selection | Promise<Selection> {
    return this.#pool(upstream).selection()
  }

  /** Where a name leads. */
  lookup(name: string): Resolved | Promise<Resolved> {
    return this.#parts.names.lookup(name)
  }

  /** To be told of every config that is served. What goes on under another one keeps what is known of its addresses. */
  follow(balancers: Balancers): void {
    for (const [upstream, pool] of this.#pools) {
      const current = balancers.get(upstream.fields.id)
      if (current === upstream) continue
      this.#pools.delete(upstream)
      const close = (): void => pool.close()
      const next = current === undefined ? undefined : this.#pool(current).selection()
      if (next instanceof Promise) void next.then(close, close)
      else close()
    }
  }

  #pool(upstream: BalancedUpstream): Pool {
    const known = this.#pools.get(upstream)
    if (known !== undefined) return known
    const pool = new Pool(upstream, this.#parts)
    this.#pools.set(upstream, pool)
    return pool
  }
}

class BalancedTries implements Tries {
  readonly #pool: Pool
  readonly #request: { readonly hash: string; readonly host: string | null }
  readonly #clock: () => number
  readonly #failed = new Set<string>()

  /** @param request what it is hashed on, and what upstreams are called in it if not by their names */
  constructor(
    pool: Pool,
    request: { readonly hash: string; readonly host: string | null },
    clock: () => number,
  ) {
    this.#pool = pool
    this.#request = request
    this.#clock = clock
  }

  next(): NextTry | Promise<NextTry> {
    const selection = this.#pool.selection()
    return selection instanceof Promise ? selection.then((one) => this.#choose(one)) : this.#choose(selection)
  }

  #choose({ choose, health }: Selection): NextTry {
    if (!health.usable) return { kind: 'no-peer' }
    const began = this.#clock()
    const available = health.available.bind(health)
    const address = choose({ available, failed: this.#failed, hash: this.#request.hash, now: began })
    if (address === undefined) return { kind: 'no-peer' }
    const { ip, port, state } = address
    const host = this.#request.host ?? address.host
    let isOpen = true
    const over = (): void => {
      if (isOpen) state.closed()
      isOpen = false
    }
    const measure = (): void => {
      const now = this.#clock()
      state.latency = measured(state.latency, now - began, now)
    }
    state.opened()
    const failed: Try['failed'] = (how, last) => {
      // One that refuses is fast, which is no reason to prefer it.
      if (how === 'timeout') measure()
      this.#failed.add(address.key)
      over()
      health.report(address, { kind: how, last })
    }
    const answered: Try['answered'] = (status) => {
      measure()
      health.report(address, { kind: 'answered', status })
    }
    const connected: Try['connected'] = () => {
      measure()
      health.report(address, { kind: 'connected' })
    }
    return { kind: 'try', to: { ip, port, host, failed, answered, connected, over } }
  }
}

/** The records of a name in turn, by their weights; those that failed the request come last. */
class NamedTries implements Tries {
  readonly #parts: PoolParts
  readonly #host: string
  readonly #port: number
  readonly #failed = new Set<string>()

  constructor(parts: PoolParts, host: string, port: number) {
    this.#parts = parts
    this.#host = host
    this.#port = port
  }

  async next(): Promise<NextTry> {
    const resolved = await this.#parts.names.lookup(this.#host)
    if (resolved.kind === 'not-found') return resolved
    if (resolved.kind === 'failed') return { kind: 'unresolved', reason: resolved.reason }
    const { places, turns } = resolved
    const untried = places.filter((place) => !this.#failed.has(this.#key(place)))
    const usable = (untried.length > 0 ? untried : places).map((place) => ({
      place,
      weight: place.weight ?? 1,
    }))
    const place = new Wheel(usable).at(turns.next())?.place
    if (place === undefined) return { kind: 'not-found' }
    const key = this.#key(place)
    const failed = (): void => {
      this.#failed.add(key)
    }
    return { kind: 'try', to: { ...plainTry(place.ip, place.port ?? this.#port, this.#host), failed } }
  }

  #key({ ip, port }: Place): string {
    return addressKey(ip, port ?? this.#port)
  }
}

function plainTry(ip: string, port: number, host: string): Try {
  return { ip, port, host, failed: ignore, answered: ignore, connected: ignore, over: ignore }
}

function ignore(): void {
  // There is nobody to tell.
}
