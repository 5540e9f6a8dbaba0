import { isHealthChecked, type Upstream } from '@biplane/entities'
import type { Address } from '../balancer/address.ts'
import type { HealthView, TryOutcome } from '../upstreams/health.ts'
import {
  type AddressHealth,
  type HealthState,
  healthy,
  isUsable,
  judged,
  type Report,
  unhealthy,
} from './address-health.ts'
import { type Checks, checksOf } from './checks.ts'
import { pack, packedState, unpack } from './packed-health.ts'
import { activeReport, type ProbeOutcome, passiveReport } from './reports.ts'

/** Called when an address is no longer to be used, or again. */
export type Turned = (address: Address, usable: boolean, cause: Cause) => void

/** Who said the last word, and what it was. */
export interface Cause {
  readonly by: 'a request' | 'a probe' | 'an operator'
  readonly report?: Report
}

/**
 * The health of the addresses of one upstream, judged as its healthchecks say. It keeps nothing itself: what is known is in
 * the state of the addresses, which all workers share and which outlives a change of the config.
 */
export class UpstreamHealth implements HealthView {
  readonly #addresses: readonly Address[]
  readonly #threshold: number
  /** Undefined where nothing is checked. */
  readonly #checks: { readonly passive: Checks; readonly active: Checks } | undefined
  readonly #turned: Turned

  /** @param turned told by the one worker that made it so */
  constructor(
    { healthchecks }: Pick<Upstream, 'healthchecks'>,
    addresses: readonly Address[],
    turned: Turned = () => undefined,
  ) {
    this.#turned = turned
    this.#addresses = addresses
    this.#threshold = healthchecks?.threshold ?? 0
    this.#checks =
      healthchecks && isHealthChecked({ healthchecks })
        ? { passive: checksOf(healthchecks.passive), active: checksOf(healthchecks.active) }
        : undefined
  }

  /** Whether more of the weight than the threshold can be used. Otherwise requests go to none, not even to the healthy. */
  get usable(): boolean {
    // Without a threshold, one that can be used is enough, and who looks for it finds it.
    if (this.#threshold === 0) return true
    const { total, available } = this.weight
    return available * 100 > this.#threshold * total
  }

  get weight(): { readonly total: number; readonly available: number } {
    let [total, available] = [0, 0]
    for (const address of this.#addresses) {
      total += address.weight
      if (this.available(address)) available += address.weight
    }
    return { total, available }
  }

  stateOf({ state }: Address): HealthState | 'off' {
    return this.#checks === undefined ? 'off' : packedState(state.health)
  }

  available(address: Address): boolean {
    const state = this.stateOf(address)
    return state === 'off' || isUsable(state)
  }

  report(address: Address, outcome: TryOutcome): void {
    if (this.#checks === undefined) return
    const { passive } = this.#checks
    this.#count(address, passiveReport(outcome, passive), passive, 'a request')
  }

  probed(address: Address, outcome: ProbeOutcome): void {
    if (this.#checks === undefined) return
    const { active } = this.#checks
    this.#count(address, activeReport(outcome, active), active, 'a probe')
  }

  mark(address: Address, as: 'healthy' | 'unhealthy'): void {
    if (this.#checks === undefined) return
    const mark = as === 'healthy' ? healthy : unhealthy
    this.#change(address, () => mark, { by: 'an operator' })
  }

  #count(
    address: Address,
    report: Report | undefined,
    { limits }: Checks,
    by: 'a request' | 'a probe',
  ): void {
    if (report === undefined) return
    this.#change(address, (health) => judged(health, report, limits), { by, report })
  }

  /** Another worker may change it meanwhile: then what that one made of it is judged. */
  #change(address: Address, to: (health: AddressHealth) => AddressHealth, cause: Cause): void {
    while (address.state.isKept) {
      const word = address.state.health
      const before = unpack(word)
      const after = to(before)
      const next = pack(after)
      if (next === word) return
      if (!address.state.replaceHealth(word, next)) continue
      const usable = isUsable(after.state)
      if (usable !== isUsable(before.state)) this.#turned(address, usable, cause)
      return
    }
  }
}
