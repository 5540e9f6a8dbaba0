import { setTimeout as pause } from 'node:timers/promises'
import type { Position } from '../position.ts'
import type { Hello, RosterReport, Welcome } from '../status.ts'
import type { Answer, IncomingUpdate, Withheld } from '../update.ts'
import { followOnce } from './follow-once.ts'
import type { Log } from './log.ts'
import { type Backoff, Outage } from './outage.ts'
import type { Timing } from './timing.ts'
import type { FollowerTls } from './trust.ts'

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
  /** `host:port`, in order of preference; at least one. */
  readonly addresses: readonly string[]
  readonly tls: FollowerTls
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
  /** How long to wait each time the whole list of addresses has failed. */
  readonly backoff: Backoff
  readonly log: Log
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly timing?: Partial<Timing>
}

/**
 * Follows one source at a time, from a list, until the signal aborts; resolves then. Losing a source is not an error:
 * the next address is tried at once, and when all have failed in a row, again after a while.
 */
export async function followSource(options: FollowOptions): Promise<void> {
  const { addresses, signal, log, now = Date.now } = options
  if (addresses.length === 0) throw new RangeError('there is no address to follow')
  const outage = new Outage(options.backoff, now)
  /** The last reason that was logged for an address: an outage of a day is one line, not thousands. */
  const logged = new Map<string, string>()
  let session = 0
  let failures = 0
  for (const address of around(addresses)) {
    if (signal.aborted) return
    session = Math.max(now(), session + 1)
    const { reason, linked, proved } = await followOnce(address, session, options)
    if (signal.aborted) return
    if (linked || logged.get(address) !== reason.message) {
      log.warn({ address, reason: reason.message }, sentence(address, reason.message, linked))
    }
    logged.set(address, reason.message)
    failures = proved ? 0 : failures + 1
    if (proved) outage.over()
    else if (failures % addresses.length === 0) await waitOr(signal, outage.failed())
  }
}

function* around<T>(list: readonly T[]): Generator<T> {
  while (true) yield* list
}

async function waitOr(signal: AbortSignal, ms: number): Promise<void> {
  await pause(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

function sentence(address: string, reason: string, linked: boolean): string {
  return linked
    ? `lost the source at ${address}: ${reason}; what came from it stays in force, and it is sought again`
    : `cannot follow the source at ${address}: ${reason}; trying again until a source can be followed`
}
