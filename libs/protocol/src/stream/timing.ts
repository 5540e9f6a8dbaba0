/** Milliseconds. Both ends find a dead link within `keepaliveInterval + keepaliveTimeout`. */
export interface Timing {
  readonly keepaliveInterval: number
  readonly keepaliveTimeout: number
  /** How often a follower says that it lives, and where it is. */
  readonly heartbeat: number
  /** How long a source waits for Hello, and a follower for Welcome, connecting included. */
  readonly greeting: number
  /** How often a source looks again at the certificates of those that are connected. */
  readonly recheck: number
}

/** A dead link is found in under 15 s. The answer to a ping may queue behind megabytes on a slow link: hence 9 s for it. */
export const defaultTiming: Timing = {
  keepaliveInterval: 5_000,
  keepaliveTimeout: 9_000,
  heartbeat: 5_000,
  greeting: 5_000,
  recheck: 3_000,
}
