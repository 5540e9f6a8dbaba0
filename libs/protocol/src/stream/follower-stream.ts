import type { HealthReport } from '../health.ts'
import type { Hello, RosterReport } from '../status.ts'
import type { Answer, Update } from '../update.ts'

/** Who is at the other end, as the transport knows it. */
export interface Peer {
  /** IP address without port; an IPv4 one mapped into IPv6 is given as IPv4. */
  readonly address: string
  /** SHA-256 over the DER of the certificate it showed, 64 lower-case hex digits. */
  readonly certificateDigest: string
  /** When that certificate runs out, milliseconds since the epoch; null where it is not known. */
  readonly certificateExpiresAt: number | null
}

/** One follower's session, seen from the source, from its Hello to its end. */
export interface FollowerStream {
  readonly hello: Hello
  readonly peer: Peer
  /** Aborts when the follower is gone, broke the protocol, or the server stops. */
  readonly signal: AbortSignal
  /**
   * Sends an update, as fast as the follower reads: nothing is queued beyond one chunk. Rejects when the stream ends.
   * A snapshot or delta must be answered before the next is sent.
   */
  send(update: Update): Promise<void>
  /** Tells the follower, after the update that is under way, to look for another source; it is served until it is gone. */
  leave(reason: string): Promise<void>
  /** The follower's answer to the update just sent. Rejects when the stream ends. */
  answer(): Promise<Answer>
  /** Rosters of a relay, in order; ends with the stream. Read by one consumer, which slows the follower if it is slow. */
  reports(): AsyncIterable<RosterReport>
  /** Calls back with what a node has told of health last, now and whenever it tells anew. There is one who listens. */
  onHealth(told: (health: HealthReport) => void): void
  /** When anything was last heard from the follower: milliseconds of `performance.now()`, which nobody sets. */
  lastHeard(): number
}
