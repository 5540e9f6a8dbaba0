import type { NodeHealth, NodeReport, RosterReport, Watermark } from '@biplane/protocol'
import { HealthNews } from './health-news.ts'
import { watermarkOf } from './watermark.ts'

/** A node is reported at once when it changes, but not more often than this. */
const PACE_MS = 1_000
const BATCH_MS = 100
/** In an outage each node tells of hundreds of targets, and rows and the watermark do not wait for all of that. */
const HEALTH_AT_ONCE = 50
/** Offline rows kept for a source that is away. More than that many ids is not a fleet but somebody inventing ids. */
const OFFLINE_ROWS = 10_000

/**
 * The nodes of this hub as state: one row a node, the newest wins. It decides what to report and when, and knows neither
 * clock nor link.
 */
export class Roster {
  readonly #paceMs: number
  readonly #rows = new Map<string, NodeReport>()
  readonly #reportedAt = new Map<string, number>()
  readonly #notBefore = new Map<string, number>()
  /** Rows that the source does not have yet. */
  readonly #changed = new Set<string>()
  readonly #offline = new Set<string>()
  readonly #health = new HealthNews()
  readonly #healthReportedAt = new Map<string, number>()
  /** The sessions whose rows the source has. */
  readonly #listed = new Map<string, number>()
  /** The journal that the config is of, as the latest news of a node tells. */
  #epoch = ''

  /** @param paceMs between two reports of the same node */
  constructor(paceMs = PACE_MS) {
    this.#paceMs = paceMs
  }

  /** Rows of connected nodes, in the order in which they connected. */
  get connected(): readonly NodeReport[] {
    return [...this.#rows.values()].filter((row) => row.state.kind !== 'offline')
  }

  get(nodeId: string): NodeReport | undefined {
    return this.#rows.get(nodeId)
  }

  /** Of all that is known now, reported or not; null without connected nodes, and before the first config. */
  get watermark(): Watermark | null {
    return this.#epoch === '' ? null : watermarkOf(this.connected, this.#epoch)
  }

  /** @param notBefore when the row may be reported at the earliest: for what is mostly outdated by then */
  put(row: NodeReport, notBefore = 0): void {
    this.#rows.set(row.nodeId, row)
    this.#epoch = row.desired.epoch
    this.#offline.delete(row.nodeId)
    this.#changed.add(row.nodeId)
    this.#notBefore.set(row.nodeId, notBefore)
  }

  /** What a node has told of health. It is reported after the row of its session. */
  putHealth(health: NodeHealth): void {
    const { nodeId, session } = health
    if (this.#health.get(nodeId)?.session !== session) this.#healthReportedAt.delete(nodeId)
    this.#health.put(health)
  }

  /** The session has ended. Ignored when the node has another session meanwhile. */
  end(nodeId: string, instance: string, session: number): void {
    const row = this.#rows.get(nodeId)
    if (row === undefined) this.#health.forget(nodeId)
    if (row === undefined || row.instance !== instance || row.session !== session) return
    this.#rows.set(nodeId, { ...row, state: { kind: 'offline' } })
    this.#changed.add(nodeId)
    this.#offline.add(nodeId)
    this.#health.forget(nodeId)
    const [oldest] = this.#offline
    if (this.#offline.size > OFFLINE_ROWS && oldest !== undefined) this.#forget(oldest)
  }

  /** Everything, for a new connection to a source. It counts as reported; much of health follows as changes. */
  whole(now: number): RosterReport {
    this.#listed.clear()
    this.#health.renew()
    this.#healthReportedAt.clear()
    return { complete: true, nodes: this.#take([...this.#rows.keys()], now), ...this.#takeHealth(now) }
  }

  /** The changed rows that may be reported now, or null if there is none. They count as reported. */
  changes(now: number): RosterReport | null {
    const due = [...this.#changed].filter((nodeId) => this.dueAt(nodeId) <= now)
    const nodes = this.#take(due, now)
    const health = this.#takeHealth(now)
    return nodes.length === 0 && health.health === undefined ? null : { complete: false, nodes, ...health }
  }

  /** When the next changed row may be reported; infinite if none has changed. */
  nextDue(): number {
    let next = Number.POSITIVE_INFINITY
    for (const nodeId of this.#changed) next = Math.min(next, this.dueAt(nodeId))
    for (const nodeId of this.#health.changed) next = Math.min(next, this.#healthDueAt(nodeId))
    return next
  }

  /** From when on a change of this node may be reported. */
  dueAt(nodeId: string): number {
    const reportedAt = this.#reportedAt.get(nodeId)
    // The end of a session is not held back: nothing follows it.
    if (this.#offline.has(nodeId)) return 0
    const notBefore = this.#notBefore.get(nodeId) ?? 0
    if (reportedAt === undefined) return notBefore
    return Math.max(notBefore, this.#after(reportedAt))
  }

  /** Infinite before the row of its session was reported. */
  #healthDueAt(nodeId: string): number {
    const session = this.#health.get(nodeId)?.session
    if (session === undefined || this.#listed.get(nodeId) !== session) return Number.POSITIVE_INFINITY
    const reportedAt = this.#healthReportedAt.get(nodeId)
    return reportedAt === undefined ? 0 : this.#after(reportedAt)
  }

  /** Rounded up, so that what is of a big fleet falls due together. */
  #after(reportedAt: number): number {
    return Math.ceil((reportedAt + this.#paceMs) / BATCH_MS) * BATCH_MS
  }

  #takeHealth(now: number): Pick<RosterReport, 'health'> {
    const changed = [...this.#health.changed]
    const due = changed.filter((nodeId) => this.#healthDueAt(nodeId) <= now).slice(0, HEALTH_AT_ONCE)
    for (const nodeId of due) this.#healthReportedAt.set(nodeId, now)
    return due.length === 0 ? {} : { health: this.#health.take(due) }
  }

  #take(nodeIds: readonly string[], now: number): NodeReport[] {
    const rows: NodeReport[] = []
    for (const nodeId of nodeIds) {
      const row = this.#rows.get(nodeId)
      if (row === undefined) continue
      rows.push(row)
      this.#changed.delete(nodeId)
      this.#reportedAt.set(nodeId, now)
      this.#listed.set(nodeId, row.session)
      if (this.#offline.has(nodeId)) this.#forget(nodeId)
    }
    return rows
  }

  #forget(nodeId: string): void {
    this.#rows.delete(nodeId)
    this.#changed.delete(nodeId)
    this.#reportedAt.delete(nodeId)
    this.#notBefore.delete(nodeId)
    this.#offline.delete(nodeId)
    this.#listed.delete(nodeId)
    this.#healthReportedAt.delete(nodeId)
    this.#health.forget(nodeId)
  }
}
