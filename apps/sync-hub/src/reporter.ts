import type { NodeReport, RosterReport } from '@biplane/protocol'
import { inMessages } from './report-messages.ts'
import type { Roster } from './roster.ts'

/** Where reports go: the link to the source, while there is one. */
export interface ReportLink {
  report(report: RosterReport): Promise<void>
}

/**
 * Brings the roster to the source: the whole on each link, then changes, with one timer for the hub. One report is under
 * way at a time, so a slow source gets newer rows instead of a queue of them.
 */
export class Reporter {
  readonly #roster: Roster
  readonly #now: () => number
  #link: ReportLink | null = null
  #timer: NodeJS.Timeout | undefined
  #timerDue = Number.POSITIVE_INFINITY
  #sending = false

  /** @param now milliseconds of a clock that nobody sets: put back, it would hold up every report for as long */
  constructor(roster: Roster, now: () => number) {
    this.#roster = roster
    this.#now = now
  }

  /** @param heldMs how long the row is held back: for what is mostly outdated by then */
  put(row: NodeReport, heldMs = 0): void {
    this.#roster.put(row, heldMs === 0 ? 0 : this.#now() + heldMs)
    this.#schedule(this.#roster.dueAt(row.nodeId))
  }

  end(nodeId: string, instance: string, session: number): void {
    this.#roster.end(nodeId, instance, session)
    this.#schedule(this.#roster.dueAt(nodeId))
  }

  /** The source was found, or lost (null). */
  async attach(link: ReportLink | null): Promise<void> {
    this.#link = link
    this.#sending = false
    if (link === null) this.#cancel()
    else await this.#send(link, this.#roster.whole(this.#now()))
  }

  #schedule(due: number): void {
    if (this.#link === null || this.#sending || due >= this.#timerDue) return
    this.#cancel()
    this.#timerDue = due
    // Even what is due at once waits for the end of the turn: a revision is answered by many nodes together.
    this.#timer = setTimeout(() => void this.#flush(), Math.max(0, due - this.#now())).unref()
  }

  async #flush(): Promise<void> {
    this.#cancel()
    if (this.#link === null) return
    const changes = this.#roster.changes(this.#now())
    if (changes === null) this.#schedule(this.#roster.nextDue())
    else await this.#send(this.#link, changes)
  }

  async #send(link: ReportLink, report: RosterReport): Promise<void> {
    this.#cancel()
    this.#sending = true
    for (const message of inMessages(report)) await link.report(message)
    if (link !== this.#link) return
    this.#sending = false
    this.#schedule(this.#roster.nextDue())
  }

  #cancel(): void {
    clearTimeout(this.#timer)
    this.#timerDue = Number.POSITIVE_INFINITY
  }
}
