/**
 * What is thought of an address. Requests go to those that are healthy or mostly healthy: mostly says that something was
 * seen that speaks against it, but not often enough.
 */
export interface AddressHealth {
  readonly state: HealthState
  /** What was seen since the state was last full. Successes and failures are never counted together. */
  readonly counts: Counts
}

export type HealthState = 'healthy' | 'mostly healthy' | 'mostly unhealthy' | 'unhealthy'

/** What one request or one probe says of an address. */
export type Report = 'success' | 'tcp failure' | 'timeout' | 'http failure'

export type Counts = Readonly<Record<Report, number>>

/** How many reports make a state full, up to 255. Those of limit 0 are not counted, and forgive nothing. */
export type Limits = Readonly<Record<Report, number>>

const none: Counts = { success: 0, 'tcp failure': 0, timeout: 0, 'http failure': 0 }

/** How every address begins, and one that somebody marked as healthy. */
export const healthy: AddressHealth = { state: 'healthy', counts: none }
export const unhealthy: AddressHealth = { state: 'unhealthy', counts: none }

/**
 * Source: lua-resty-healthcheck 1.6. A success forgives all failures, but a failure of one kind none of the others; so
 * where successes are not counted, failures add up for as long as the address is there. The same object when nothing changes.
 */
export function judged(health: AddressHealth, report: Report, limits: Limits): AddressHealth {
  const full = report === 'success' ? healthy : unhealthy
  if (limits[report] === 0 || health.state === full.state) return health
  const count = health.counts[report] + 1
  // Kong keeps the counts of a full state. It makes no difference: what is counted next sets them to 0.
  if (count >= limits[report]) return full
  const kept = report === 'success' ? none : { ...health.counts, success: 0 }
  return { state: disputed(health.state), counts: { ...kept, [report]: count } }
}

export function isUsable(state: HealthState): boolean {
  return state === 'healthy' || state === 'mostly healthy'
}

function disputed(state: HealthState): HealthState {
  return isUsable(state) ? 'mostly healthy' : 'mostly unhealthy'
}
