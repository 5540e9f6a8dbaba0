import type { Position } from '../position.ts'
import type { Hello, RosterReport, Welcome } from '../status.ts'
import type { Answer, IncomingUpdate, Withheld } from '../update.ts'
import type { Log } from './log.ts'
import type { Timing } from './timing.ts'
import type { Pair } from './tls.ts'

/** What a follower says of itself; the stream adds the session number and the position. */
export type Introduction = Omit<Hello, 'session' | 'position'>

/** A live connection to a source, from its Welcome on. */
export interface Link {
  /** `host:port`, as configured. */
  readonly address: string
  readonly session: number
  /** Aborts when the link is lost. */
  readonly signal: AbortSignal
  /**
   * Sends a roster. Resolves when the transport has taken it, or when the link is lost: rosters are state, and the whole
   * one is sent on the next link.
   */
  report(report: RosterReport): Promise<void>
}

export interface FollowOptions {
  /** `host:port`, in order of preference. */
  readonly addresses: readonly string[]
  readonly tls: { credentials(): Pair }
  readonly hello: () => Introduction
  /** Where this follower is now; sent with Hello and every heartbeat. */
  readonly position: () => Position
  /** Returns why this source must not be followed, or null to follow it. */
  readonly onWelcome: (welcome: Welcome, address: string) => string | null
  /**
   * Applies one update; updates come one at a time, in order. `update.changes` throws when the source dies or lies, and
   * the update must then leave nothing behind. What this throws of itself is logged and answered as a retryable reject.
   */
  readonly onUpdate: (update: IncomingUpdate) => Promise<Answer>
  readonly onWithheld: (withheld: Withheld) => void
  /** Called with each new link, and with null when it is lost. */
  readonly onLink: (link: Link | null) => void
  /** A fresh sequence of milliseconds to wait each time the whole list of addresses has failed. */
  readonly backoff: () => { next(): number }
  readonly log: Log
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly timing?: Partial<Timing>
}

/** Follows one source at a time, from a list, until the signal aborts; resolves then. Losing a source is not an error. */
export function followSource(_options: FollowOptions): Promise<void> {
  throw new Error('not built yet')
}
