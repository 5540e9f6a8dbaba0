import { setTimeout as pause } from 'node:timers/promises'
import type { HubAbout, HubBeat, NodeRegister } from '@biplane/database'
import { isUuid } from '@biplane/entities'
import type { HubReport, RosterReport } from '@biplane/protocol'
import type { FollowerStream, Log } from '@biplane/protocol/stream'
import { patiently } from '../patiently.ts'

/** How often the leases of hubs are renewed while they are heard; a lease lasts 5 s. */
const LEASE_EVERY_MS = 1000
/** A follower says that it lives every 5 s. */
const FROZEN_AFTER_MS = 8000

export interface HubReportsOptions {
  readonly nodes: Pick<NodeRegister, 'report' | 'heartbeat'>
  readonly stream: FollowerStream
  readonly about: () => Omit<HubAbout, 'parent' | 'draining'>
  readonly log: Log
  /** Called for each report; the first tells that the hub follows, since it begins with its nodes. */
  readonly onReport: () => void
}

/** What one hub tells: of its nodes, and of the hubs below it and theirs. */
export class HubReports {
  readonly #options: HubReportsOptions
  /** The hubs below it that are there. */
  readonly #below = new Map<string, HubReport>()
  #draining = false

  constructor(options: HubReportsOptions) {
    this.#options = options
  }

  /**
   * Status is written as it is told. While the database is away, the report under way waits for it and the hub with its
   * next one: each tells only what changed, so none may be lost.
   */
  async take(): Promise<void> {
    const { stream, log, onReport } = this.#options
    for await (const report of stream.reports()) {
      onReport()
      if (report.hub !== undefined) await this.#takeBelow(report.hub, report)
      else if ((await this.#takeOwn(report)) === 'stale') {
        log.warn({ hub: stream.hello.nodeId }, 'a newer connection of this hub is alive: this one is closed')
        return
      }
    }
  }

  /** Ends only with the stream. A hub that is frozen is no longer heard, and its nodes soon no longer count as connected. */
  async keepLeases(): Promise<never> {
    const { stream } = this.#options
    for (;;) {
      if (performance.now() - stream.lastHeard() < FROZEN_AFTER_MS)
        await this.#beat([this.#own(), ...this.#others()])
      await pause(LEASE_EVERY_MS, undefined, { signal: stream.signal })
    }
  }

  async #takeOwn(report: RosterReport): Promise<'applied' | 'stale'> {
    const { nodes, stream } = this.#options
    const { nodeId, session } = stream.hello
    this.#draining = report.draining ?? false
    const outcome = await patiently(stream.signal, () => nodes.report(nodeId, session, report))
    // Its session has only begun with that: who it is need not wait for the next turn of the lease.
    if (outcome === 'applied' && report.complete) await this.#beat([this.#own()])
    return outcome
  }

  /** One of an older session is that of a hub which is told of elsewhere by now: the hub above it will notice. */
  async #takeBelow(hub: HubReport, report: RosterReport): Promise<void> {
    const { nodes, stream } = this.#options
    if (!isUuid(hub.hubId)) return
    const known = this.#below.get(hub.hubId)
    if (known !== undefined && known.session > hub.session) return
    if (hub.gone) return void this.#below.delete(hub.hubId)
    this.#below.set(hub.hubId, hub)
    await patiently(stream.signal, () => nodes.report(hub.hubId, hub.session, report))
    if (report.complete) await this.#beat([beatOf(hub)])
  }

  async #beat(beats: readonly HubBeat[]): Promise<void> {
    const { nodes, stream } = this.#options
    await patiently(stream.signal, () => nodes.heartbeat(beats))
  }

  #own(): HubBeat {
    const { stream, about } = this.#options
    const { nodeId: hubId, session } = stream.hello
    return { hubId, session, about: { ...about(), parent: null, draining: this.#draining } }
  }

  #others(): HubBeat[] {
    return [...this.#below.values()].map(beatOf)
  }
}

function beatOf({ hubId, session, parentId: parent, gone: _, ...about }: HubReport): HubBeat {
  return { hubId, session, about: { ...about, parent } }
}
