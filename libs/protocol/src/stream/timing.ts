/** Milliseconds. Both ends find a dead link within `keepaliveInterval + keepaliveTimeout`. */
export interface Timing {
  readonly keepaliveInterval: number
  readonly keepaliveTimeout: number
  /** How often a follower says that it lives, and where it is. */
  readonly heartbeat: number
  /** How long a source waits for Hello, and a follower for Welcome, connecting included. */
  readonly greeting: number
}

export const defaultTiming: Timing = {
  keepaliveInterval: 5_000,
  keepaliveTimeout: 5_000,
  heartbeat: 5_000,
  greeting: 5_000,
}
