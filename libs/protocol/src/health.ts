/** What a node thinks of the targets of upstreams with health checks, as a whole. What is not listed is healthy. */
export interface HealthReport {
  readonly upstreams: readonly UpstreamHealth[]
  /** There was no room for all: of what is not listed nothing is known. */
  readonly incomplete: boolean
}

export interface UpstreamHealth {
  readonly id: string
  /** Whether more of the weight than the threshold can be used. */
  readonly usable: boolean
  readonly weight: number
  readonly availableWeight: number
  /** Those that are not healthy, and those whose addresses only the node knows. */
  readonly targets: readonly TargetHealth[]
}

export interface TargetHealth {
  readonly id: string
  readonly health: TargetState
  /** From which type of DNS records its addresses are, or why it has none. */
  readonly dns: string
  readonly addresses: readonly AddressHealth[]
}

export interface AddressHealth {
  readonly ip: string
  readonly port: number
  readonly weight: number
  /** By the clock of the node, milliseconds since the epoch; null where it is in use. */
  readonly unhealthySince: number | null
}

/** In Kong's words. */
export const TARGET_STATES = ['HEALTHY', 'UNHEALTHY', 'HEALTHCHECKS_OFF', 'DNS_ERROR'] as const
export type TargetState = (typeof TARGET_STATES)[number]

/** What one node has told in a session. */
export interface NodeHealth {
  readonly nodeId: string
  readonly instance: string
  readonly session: number
  /** When its hub was told, milliseconds since the epoch. */
  readonly toldAt: number
  readonly health: HealthReport
}

/** How much of it a report holds. Who names more, or longer texts, is broken or hostile, and is cut. */
export const MOST_OF_HEALTH = { upstreams: 500, targets: 500, addresses: 1000 } as const
