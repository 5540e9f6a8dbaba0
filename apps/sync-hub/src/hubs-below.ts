import type { HubReport, NodeReport, RosterReport, Watermark } from '@biplane/protocol'
import { Reporter, type ReportLink } from './reporter.ts'
import { Roster } from './roster.ts'

/** A hub somewhere below this one, as it was told of last. */
interface Below {
  hub: HubReport
  /** The session in which it is told of. */
  by: object
  watermark: Watermark | null
  readonly roster: Roster
  readonly reporter: Reporter
}

/** It has held its rows back already. */
const AT_ONCE = 0

/**
 * The hubs below this one with their nodes: those that follow it, and those that follow them. What they report is kept as
 * state and passed on, so that a new source is told all of it.
 */
export class HubsBelow {
  readonly #hubs = new Map<string, Below>()
  readonly #now: () => number
  #link: ReportLink | null = null

  /** @param now milliseconds of a clock that nobody sets */
  constructor(now: () => number) {
    this.#now = now
  }

  has(hubId: string): boolean {
    return this.#hubs.has(hubId)
  }

  /** The source was found, or lost (null). */
  attach(link: ReportLink | null): void {
    this.#link = link
    for (const { reporter } of this.#hubs.values()) void reporter.attach(link)
  }

  /**
   * Takes in what is told of a hub. What is of an older link of it than what is known changes nothing.
   *
   * @param by the session in which it is told
   */
  take(by: object, hub: HubReport, report: RosterReport): void {
    const known = this.#hubs.get(hub.hubId)
    if (known !== undefined && known.hub.session > hub.session) return
    if (hub.gone) {
      if (known?.by === by) this.#forget(known)
      return
    }
    // A session begins with the whole roster.
    const isNew = known === undefined || known.hub.session !== hub.session || known.by !== by
    if (isNew && !report.complete) return
    const below = known ?? this.#add(hub, by)
    below.hub = hub
    below.by = by
    if (report.complete) endMissing(below, report.nodes)
    for (const row of report.nodes) takeRow(below, row)
    for (const health of report.health ?? []) below.reporter.putHealth(health)
    if (report.complete || report.watermark !== undefined) below.watermark = report.watermark ?? null
    if (report.complete) void below.reporter.attach(this.#link)
    else below.reporter.touch()
  }

  /** Something has changed of a hub, and nothing of its nodes. */
  update(by: object, hub: HubReport): void {
    const known = this.#hubs.get(hub.hubId)
    if (known?.by !== by) return
    known.hub = hub
    known.reporter.touch()
  }

  /** The session has ended: the hubs that were told of in it are gone, unless they are told of elsewhere by now. */
  end(by: object): void {
    for (const below of this.#hubs.values()) if (below.by === by) this.#forget(below)
  }

  #add(hub: HubReport, by: object): Below {
    const roster = new Roster(AT_ONCE)
    const below: Below = {
      hub,
      by,
      watermark: null,
      roster,
      reporter: new Reporter(roster, this.#now, {
        watermark: () => below.watermark,
        stamp: () => ({ hub: below.hub }),
      }),
    }
    this.#hubs.set(hub.hubId, below)
    return below
  }

  #forget({ hub, reporter }: Below): void {
    this.#hubs.delete(hub.hubId)
    void reporter.attach(null)
    void this.#link?.report({ complete: false, nodes: [], hub: { ...hub, gone: true } })
  }
}

function endMissing({ roster }: Below, nodes: readonly NodeReport[]): void {
  const there = new Set(nodes.map(({ nodeId }) => nodeId))
  for (const { nodeId, instance, session } of roster.connected)
    if (!there.has(nodeId)) roster.end(nodeId, instance, session)
}

function takeRow({ reporter }: Below, row: NodeReport): void {
  if (row.state.kind === 'offline') reporter.end(row.nodeId, row.instance, row.session)
  else reporter.put(row)
}
