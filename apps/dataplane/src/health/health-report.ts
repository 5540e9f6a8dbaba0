/** What a node thinks of an upstream, in Kong's words. Plain: it crosses threads, and what a control plane is told is made of it. */
export interface UpstreamReport {
  readonly id: string
  readonly name: string
  /** HEALTHY while more of the weight than the threshold can be used. */
  readonly health: Exclude<HealthWord, 'DNS_ERROR'>
  readonly weight: WeightReport
  /** In order of host and port. */
  readonly targets: readonly TargetReport[]
}

export interface TargetReport {
  readonly id: string
  /** As it is configured, `host:port`. */
  readonly target: string
  /** That of the best of its addresses; DNS_ERROR where it has none. HEALTHCHECKS_OFF for a weight of 0. */
  readonly health: HealthWord
  readonly host: string
  readonly port: number
  /** What it was resolved from: a type of DNS records, or why it was not. */
  readonly dns: string
  /** As it is configured. */
  readonly nodeWeight: number
  /** Of all its addresses. */
  readonly weight: WeightReport
  readonly addresses: readonly AddressReport[]
}

export interface AddressReport {
  readonly ip: string
  readonly port: number
  readonly weight: number
  readonly health: Exclude<HealthWord, 'DNS_ERROR'>
}

export interface WeightReport {
  readonly total: number
  readonly available: number
  readonly unavailable: number
}

export type HealthWord = 'HEALTHY' | 'UNHEALTHY' | 'HEALTHCHECKS_OFF' | 'DNS_ERROR'
