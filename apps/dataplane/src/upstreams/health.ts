import type { Upstream } from '@biplane/entities'
import type { Address } from '../balancer/address.ts'

/** What a try came to. */
export type TryOutcome =
  | { readonly kind: 'answered'; readonly status: number }
  /** @property last whether the request is given up with it */
  | { readonly kind: 'timeout' | 'broken'; readonly last: boolean }

/** What is thought of the addresses of an upstream. */
export interface HealthView {
  /** Whether requests may go to any of them now. Asked for each try. */
  readonly usable: boolean
  /** Whether requests may go there now. Asked for each request. */
  available(address: Address): boolean
  report(address: Address, outcome: TryOutcome): void
}

/** Judges addresses: asked for a view whenever an upstream has others than before. */
export type Judge = (upstream: Upstream, addresses: readonly Address[]) => HealthView

/** All are good, whatever happens. */
export const trustful: Judge = () => ({ usable: true, available: () => true, report: () => undefined })
