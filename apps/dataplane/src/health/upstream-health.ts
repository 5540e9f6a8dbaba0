import type { Upstream } from '@biplane/entities'
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
import { type Checks, checksOf, isChecked } from './checks.ts'
import { pack, packedState, unpack } from './packed-health.ts'
import { activeReport, type ProbeOutcome, passiveReport } from './reports.ts'

/**
 * The health of the addresses of one upstream, judged as its healthchecks say. It keeps nothing itself: what is known is in
 * the state of the addresses, which all workers share and which outlives a change of the config.
 */
export class UpstreamHealth implements HealthView {
  readonly #addresses: readonly Address[]
  readonly #threshold: number
  /** Undefined where nothing is checked. */
  readonly #checks: { readonly passive: Checks; readonly active: Checks } | undefined
  readonly #turned: (address: Address, usable: boolean) => void

  /** @param turned told when an address is no longer to be used, or again: by the one worker that made it so */
  constructor(
    { healthchecks }: Pick<Upstream, 'healthchecks'>,
    addresses: readonly Address[],
    turned: (address: Address, usable: boolean) => void = () => undefined,
  ) {
    this.#turned = turned
    this.#addresses = addresses
    this.#threshold = healthchecks?.threshold ?? 0
    this.#checks =
      healthchecks && isChecked(healthchecks)
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

  /** @returns off where nothing is checked */
  stateOf({ state }: Address): HealthState | 'off' {
    return this.#checks === undefined ? 'off' : packedState(state.health)
  }

  available(address: Address): boolean {
    const state = this.stateOf(address)
    return state === 'off' || isUsable(state)
  }

  report(address: Address, outcome: TryOutcome): void {
    if (this.#checks === undefined) return
    this.#count(address, passiveReport(outcome, this.#checks.passive), this.#checks.passive)
  }

  /** What an active check of the address came to. */
  probed(address: Address, outcome: ProbeOutcome): void {
    if (this.#checks === undefined) return
    this.#count(address, activeReport(outcome, this.#checks.active), this.#checks.active)
  }

  /** What an operator says of it, whatever was counted before. Nothing is said where nothing is checked. */
  mark(address: Address, as: 'healthy' | 'unhealthy'): void {
    if (this.#checks === undefined) return
    const mark = as === 'healthy' ? healthy : unhealthy
    this.#change(address, () => mark)
  }

  #count(address: Address, report: Report | undefined, { limits }: Checks): void {
    if (report !== undefined) this.#change(address, (health) => judged(health, report, limits))
  }

  /** Another worker may change it meanwhile: then what that one made of it is judged. */
  #change(address: Address, to: (health: AddressHealth) => AddressHealth): void {
    for (;;) {
      const word = address.state.health
      const before = unpack(word)
      const after = to(before)
      const next = pack(after)
      if (next === word) return
      if (!address.state.replaceHealth(word, next)) continue
      const usable = isUsable(after.state)
      if (usable !== isUsable(before.state)) this.#turned(address, usable)
      return
    }
  }
}
