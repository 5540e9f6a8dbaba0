import { setTimeout as pause } from 'node:timers/promises'
import type { HealthReport } from '../health.ts'
import type { Position } from '../position.ts'
import type { Hello, RosterReport, Welcome } from '../status.ts'
import type { Answer, IncomingUpdate, Withheld } from '../update.ts'
import { followLink, type LinkEnd } from './follow-link.ts'
import type { Log } from './log.ts'
import { type Opening, type OpenLink, openLink } from './open-link.ts'
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
  /** Sends what a node thinks of targets; as `report`. */
  tell(health: HealthReport): Promise<void>
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
  /** Called each time that a source cannot be followed, or is lost, however often it was logged. */
  readonly onTrouble?: (address: string, reason: string) => void
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
 * the next address is tried at once, and when all have failed in a row, again after a while. A source that is going to stop
 * says so: it is followed until another one has taken over.
 */
export async function followSource(options: FollowOptions): Promise<void> {
  const { addresses, signal } = options
  if (addresses.length === 0) throw new RangeError('there is no address to follow')
  const search = new Search(options)
  const alone = { signal, standingStill: (greet: () => Promise<void>) => greet() }
  let link: OpenLink | null = null
  while (!signal.aborted) {
    link ??= await search.find(alone)
    if (link === null) return
    const { address } = link
    const end: LinkEnd = await followLink(link, options, (left, opening) =>
      search.findOther(address, left, opening),
    )
    if (end.next === null && !signal.aborted) await search.lost(address, end)
    link = end.next
  }
  link?.call.fail(new Error('stopped'))
}

/** The way round the list of addresses. */
class Search {
  readonly #options: FollowOptions
  readonly #now: () => number
  readonly #outage: Outage
  /**
   * The reasons that were logged for an address since it was followed last, as one firewall refuses in several ways: an outage
   * of a day is a few lines, not thousands.
   */
  readonly #logged = new Map<string, Set<string>>()
  readonly #round: Iterator<string, never>
  #session = 0
  #failures = 0

  constructor(options: FollowOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#outage = new Outage(options.backoff, this.#now)
    this.#round = around(options.addresses)
  }

  /** Tries one address after another until a source welcomes this follower; null when the signal aborts first. */
  async find(opening: Pick<Opening, 'signal' | 'standingStill'>): Promise<OpenLink | null> {
    while (!opening.signal.aborted) {
      const address = this.#round.next().value
      this.#session = Math.max(this.#now(), this.#session + 1)
      try {
        return await openLink({ ...opening, address, session: this.#session }, this.#options)
      } catch (error) {
        if (opening.signal.aborted) return null
        const reason = error instanceof Error ? error.message : String(error)
        this.#options.onTrouble?.(address, reason)
        if (!this.#logged.get(address)?.has(reason))
          this.#warn(
            address,
            reason,
            `cannot follow the source at ${address}: ${reason}; trying again until a source can be followed`,
          )
        await this.#failed(opening.signal)
      }
    }
    return null
  }

  /** While a link is still there that is going to end. */
  async findOther(
    address: string,
    { reason: { message: reason }, proved }: Pick<LinkEnd, 'reason' | 'proved'>,
    opening: Pick<Opening, 'signal' | 'standingStill'>,
  ): Promise<OpenLink | null> {
    const { log } = this.#options
    log.info({ address, reason }, `leaving the source at ${address} as soon as there is another: ${reason}`)
    this.#logged.delete(address)
    if (proved) this.#over()
    return await this.find(opening)
  }

  /** A link has ended. */
  async lost(address: string, { reason: { message }, proved }: LinkEnd): Promise<void> {
    this.#options.onTrouble?.(address, message)
    this.#logged.delete(address)
    const sentence = `lost the source at ${address}: ${message}; what came from it stays in force, and it is sought again`
    this.#warn(address, message, sentence)
    if (proved) this.#over()
    else await this.#failed(this.#options.signal)
  }

  /** A good link: the next failure is the first again. */
  #over(): void {
    this.#failures = 0
    this.#outage.over()
  }

  async #failed(signal: AbortSignal): Promise<void> {
    this.#failures += 1
    if (this.#failures % this.#options.addresses.length === 0) await waitOr(signal, this.#outage.failed())
  }

  #warn(address: string, reason: string, sentence: string): void {
    this.#options.log.warn({ address, reason }, sentence)
    this.#logged.set(address, (this.#logged.get(address) ?? new Set()).add(reason))
  }
}

function* around<T>(list: readonly T[]): Generator<T, never> {
  while (true) yield* list
}

async function waitOr(signal: AbortSignal, ms: number): Promise<void> {
  await pause(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
