import type { Upstream } from '@biplane/entities'
import type { Address } from '../balancer/address.ts'
import type { HealthState } from '../health/address-health.ts'
import type { ProbeOutcome } from '../health/reports.ts'

/** What a try came to. */
export type TryOutcome =
  | { readonly kind: 'answered'; readonly status: number }
  /** Of a stream. */
  | { readonly kind: 'connected' }
  /** @property last whether the request is given up with it */
  | { readonly kind: 'timeout' | 'broken'; readonly last: boolean }

/** What is thought of the addresses of an upstream. */
export interface HealthView {
  /** Whether requests may go to any of them now. Asked for each try. */
  readonly usable: boolean
  /** Of all of them, and of those that requests may go to. */
  readonly weight: { readonly total: number; readonly available: number }
  /** Whether requests may go there now. Asked for each request. */
  available(address: Address): boolean
  /** @returns off where nothing is checked */
  stateOf(address: Address): HealthState | 'off'
  report(address: Address, outcome: TryOutcome): void
  /** What an active check of the address came to. */
  probed(address: Address, outcome: ProbeOutcome): void
  /** What an operator says of it, whatever was counted before. Nothing is said where nothing is checked. */
  mark(address: Address, as: 'healthy' | 'unhealthy'): void
}

/** Judges addresses: asked for a view whenever an upstream has others than before. */
export type Judge = (upstream: Upstream, addresses: readonly Address[]) => HealthView
