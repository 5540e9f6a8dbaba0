import { isDeepStrictEqual } from 'node:util'
import type { Address } from '../balancer/address.ts'
import type { BalancedUpstream, Balancers } from '../runtime/balancers.ts'
import type { Pair } from '../runtime/certificates.ts'
import type { Selection } from '../upstreams/pool.ts'
import { isUsable } from './address-health.ts'
import { type ActiveChecks, activeChecks } from './checks.ts'
import { Places } from './places.ts'
import type { Probed } from './probe-request.ts'
import { recurring } from './recurring.ts'
import type { ProbeOutcome } from './reports.ts'

/**
 * Asks an address whether it is well. Settles within the time that the checks allow, or when the signal aborts.
 *
 * @param pair what is shown to an address that asks for a certificate
 */
export type Probe = (
  checks: ActiveChecks,
  to: Probed,
  pair: Pair | null,
  signal: AbortSignal,
) => Promise<ProbeOutcome>

export interface ProberParts {
  readonly probe: Probe
  /** The addresses of an upstream, as they are now. */
  readonly selection: (upstream: BalancedUpstream) => Selection | Promise<Selection>
  /** What the addresses of an upstream are shown, as it is now. */
  readonly pair: (upstream: BalancedUpstream) => Pair | null
  /** Milliseconds, which never go back. */
  readonly clock: () => number
  /** From 0 to 1. */
  readonly random: () => number
  readonly log: { warn(fields: object, message: string): void }
  readonly signal: AbortSignal
}

/** Of the whole node, whatever upstreams ask for. */
const MOST_AT_ONCE = 256

/**
 * Probes the addresses of all upstreams that want it, for the whole node. What came of it goes into the state that all workers
 * share. A change of the config leaves the rounds of an upstream as they are, unless it is how it is probed that changed.
 */
export class Prober {
  readonly #parts: ProberParts
  readonly #courses = new Map<string, Course>()
  readonly #places = new Places(MOST_AT_ONCE)
  #balancers: Balancers | undefined

  constructor(parts: ProberParts) {
    this.#parts = parts
    parts.signal.addEventListener('abort', () => this.#stopAll(), { once: true })
  }

  /** To be told of every config that is served. */
  follow(balancers: Balancers): void {
    if (this.#parts.signal.aborted || balancers === this.#balancers) return
    this.#balancers = balancers
    for (const id of this.#courses.keys()) if (balancers.get(id) === undefined) this.#stop(id)
    for (const upstream of balancers.upstreams()) this.#see(upstream)
  }

  #see(upstream: BalancedUpstream): void {
    const { id } = upstream.fields
    const course = this.#courses.get(id)
    if (course?.upstream === upstream) return
    const checks = activeChecks(upstream.fields)
    if (course !== undefined && isDeepStrictEqual(course.checks, checks)) {
      course.upstream = upstream
      return
    }
    this.#stop(id)
    if (checks !== null) this.#start(upstream, checks)
  }

  #start(upstream: BalancedUpstream, checks: ActiveChecks): void {
    const stopping = new AbortController()
    const course: Course = { upstream, checks, stopping }
    this.#courses.set(upstream.fields.id, course)
    const { clock, random } = this.#parts
    const times = { clock, random, signal: stopping.signal }
    if (checks.usableEvery > 0) recurring(checks.usableEvery, () => this.#round(course, true), times)
    if (checks.unusableEvery > 0) recurring(checks.unusableEvery, () => this.#round(course, false), times)
  }

  /** Probes those that are used now, or those that are not. */
  async #round(course: Course, used: boolean): Promise<void> {
    try {
      const { addresses, health } = await this.#parts.selection(course.upstream)
      const due = addresses.values().filter((address) => {
        const state = health.stateOf(address)
        return state !== 'off' && isUsable(state) === used
      })
      const one = async (): Promise<void> => {
        for (const address of due) await this.#probe(course, address, health)
      }
      const abreast = Math.min(course.checks.concurrency, addresses.length)
      await Promise.all(Array.from({ length: abreast }, one))
    } catch (error) {
      const fields = { upstream: course.upstream.fields.name, error: String(error) }
      this.#parts.log.warn(fields, 'a round of probes was given up')
    }
  }

  async #probe(course: Course, address: Address, health: Selection['health']): Promise<void> {
    const { checks, stopping } = course
    const { signal } = stopping
    await this.#places.take(async () => {
      if (signal.aborted) return
      const outcome = await this.#parts.probe(checks, address, this.#parts.pair(course.upstream), signal)
      if (!signal.aborted) health.probed(address, outcome)
    })
  }

  #stop(id: string): void {
    this.#courses.get(id)?.stopping.abort()
    this.#courses.delete(id)
  }

  #stopAll(): void {
    for (const id of this.#courses.keys()) this.#stop(id)
  }
}

/** The probing of one upstream. */
interface Course {
  /** As it is now. */
  upstream: BalancedUpstream
  readonly checks: ActiveChecks
  readonly stopping: AbortController
}
