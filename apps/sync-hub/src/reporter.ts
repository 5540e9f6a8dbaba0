import type { NodeHealth, NodeReport, RosterReport, Watermark } from '@biplane/protocol'
import { inMessages } from './report-messages.ts'
import type { Roster } from './roster.ts'

/** Where reports go: the link to the source, while there is one. */
export interface ReportLink {
  report(report: RosterReport): Promise<void>
}

/** What a roster is reported with. */
export interface Reported {
  readonly watermark: () => Watermark | null
  /** What every message says besides. */
  readonly stamp: () => Pick<RosterReport, 'hub' | 'draining'>
}

/** The watermark is reported at once when it has changed, but not more often than this: those who wait for a revision look at it. */
const MARK_PACE_MS = 50

/**
 * Brings the roster of one hub to the source: the whole on each link, then changes, with one timer. One report is under
 * way at a time, so a slow source gets newer rows instead of a queue of them.
 */
export class Reporter {
  readonly #roster: Roster
  readonly #now: () => number
  readonly #reported: Reported
  #link: ReportLink | null = null
  #timer: NodeJS.Timeout | undefined
  #timerDue = Number.POSITIVE_INFINITY
  /** That of the report which is under way. */
  #turn: symbol | null = null
  /** From when on a watermark may be reported; infinite while nothing can have changed it. */
  #markDue = Number.POSITIVE_INFINITY
  #markedAt = Number.NEGATIVE_INFINITY
  /** The watermark that the source has, and the stamp, as text. */
  #mark = ''
  #stamp = ''

  /** @param now milliseconds of a clock that nobody sets: put back, it would hold up every report for as long */
  constructor(roster: Roster, now: () => number, reported: Partial<Reported> = {}) {
    this.#roster = roster
    this.#now = now
    this.#reported = { watermark: () => roster.watermark, stamp: () => ({}), ...reported }
  }

  /** @param heldMs how long the row is held back: for what is mostly outdated by then */
  put(row: NodeReport, heldMs = 0): void {
    this.#roster.put(row, heldMs === 0 ? 0 : this.#now() + heldMs)
    this.#changed(row.nodeId)
  }

  putHealth(health: NodeHealth): void {
    this.#roster.putHealth(health)
    this.#schedule(this.#roster.nextDue())
  }

  end(nodeId: string, instance: string, session: number): void {
    this.#roster.end(nodeId, instance, session)
    this.#changed(nodeId)
  }

  /** The watermark or the stamp may have changed. */
  touch(): void {
    this.#markDue = Math.min(this.#markDue, Math.max(this.#now(), this.#markedAt + MARK_PACE_MS))
    this.#schedule(this.#markDue)
  }

  /** The source was found, or lost (null). */
  async attach(link: ReportLink | null): Promise<void> {
    this.#link = link
    this.#turn = null
    this.#mark = ''
    this.#markDue = this.#now()
    if (link === null) this.#cancel()
    else await this.#send(link, this.#marked(this.#roster.whole(this.#now())))
  }

  #changed(nodeId: string): void {
    this.touch()
    this.#schedule(this.#roster.dueAt(nodeId))
  }

  #schedule(due: number): void {
    if (this.#link === null || this.#turn !== null || due >= this.#timerDue) return
    this.#cancel()
    this.#timerDue = due
    // Even what is due at once waits for the end of the turn: a revision is answered by many nodes together.
    this.#timer = setTimeout(() => void this.#flush(), Math.max(0, due - this.#now())).unref()
  }

  async #flush(): Promise<void> {
    this.#cancel()
    if (this.#link === null) return
    const changes = this.#roster.changes(this.#now()) ?? { complete: false, nodes: [] }
    const isStamped = this.#stamp !== JSON.stringify(this.#reported.stamp())
    const report = this.#marked(changes)
    const hasNews = report.nodes.length > 0 || report.health !== undefined
    if (hasNews || report.watermark !== undefined || isStamped) await this.#send(this.#link, report)
    else this.#schedule(this.#nextDue())
  }

  /** With the watermark, if it is due and not what the source has. */
  #marked(report: RosterReport): RosterReport {
    const now = this.#now()
    if (this.#markDue > now) return report
    this.#markDue = Number.POSITIVE_INFINITY
    const watermark = this.#reported.watermark()
    const mark = JSON.stringify(watermark)
    if (watermark === null || mark === this.#mark) return report
    this.#mark = mark
    this.#markedAt = now
    return { ...report, watermark }
  }

  #nextDue(): number {
    return Math.min(this.#roster.nextDue(), this.#markDue)
  }

  async #send(link: ReportLink, report: RosterReport): Promise<void> {
    this.#cancel()
    const turn = Symbol()
    this.#turn = turn
    const stamp = this.#reported.stamp()
    this.#stamp = JSON.stringify(stamp)
    for (const message of inMessages(report)) {
      await link.report({ ...message, ...stamp })
      // Attached anew meanwhile: the whole roster is on its way, and the rest of this one is older.
      if (turn !== this.#turn) return
    }
    this.#turn = null
    this.#schedule(this.#nextDue())
  }

  #cancel(): void {
    clearTimeout(this.#timer)
    this.#timerDue = Number.POSITIVE_INFINITY
  }
}
