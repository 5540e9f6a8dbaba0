import type {
  HubAbout,
  HubBeat,
  HubPage,
  HubRow,
  Missing,
  NodeOpinion,
  NodePage,
  NodeRegister,
  NodeRow,
  NodesQuery,
  OpinionQuery,
  Removal,
} from '@biplane/database'
import { isUuid } from '@biplane/entities'
import {
  cloneId,
  type NodeHealth,
  type NodeReport,
  type NodeState,
  type Position,
  type RosterReport,
  type Watermark,
} from '@biplane/protocol'
import type { Paging } from '../paging.ts'
import { pageOf } from './page.ts'

/**
 * A session that is half open is over by then: where a node is still there, it speaks, and who came with its id to another
 * hub is another node. Until then that one is not listed; it has the id as soon as the first one is gone.
 */
const FOUND_DEAD_MS = 20_000
/** How long a hub counts as alive after it was heard. */
const LEASE_MS = 5000

interface Hub {
  session: number
  heartbeat: number
  watermark: Watermark | undefined
  about: HubAbout | null
}

interface Node {
  readonly hub: string
  readonly hubSession: number
  connected: boolean
  lastSeen: number
  updatedAt: number
  /** Since when another process has the id that this one came with, at another hub. */
  readonly contestedSince: number | null
  report: NodeReport
  /** Not of the session of the report where the node has not told any in it. */
  health: NodeHealth | null
}

export interface MemoryNodesOptions {
  /** Milliseconds after last contact at which a node is gone. */
  readonly purgeDelay: number
  /** Where the config is now. */
  readonly head: () => Position
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** The nodes that hubs report to this process, by the rules of sessions and leases that those in PostgreSQL have. */
export class MemoryNodes implements NodeRegister {
  readonly #options: Required<MemoryNodesOptions>
  readonly #hubs = new Map<string, Hub>()
  readonly #nodes = new Map<string, Node>()

  constructor(options: MemoryNodesOptions) {
    this.#options = { now: Date.now, ...options }
  }

  async report(
    hubId: string,
    session: number,
    { complete, nodes, watermark, health = [] }: RosterReport,
  ): Promise<'applied' | 'stale'> {
    const hub = this.#hubs.get(hubId)
    const isCurrent = complete
      ? hub === undefined || session >= hub.session || !this.#isAlive(hub)
      : session === hub?.session
    if (!isCurrent) return 'stale'
    const known = nodes.filter(({ nodeId }) => isUuid(nodeId))
    const online = known.filter(({ state }) => state.kind !== 'offline')
    if (complete) this.#endMissing(hubId, online)
    for (const report of known) if (report.state.kind === 'offline') this.#end(hubId, report)
    for (const report of online) this.#store(hubId, session, report)
    for (const told of health) this.#storeHealth(hubId, session, told)
    const mark = watermark ?? (complete ? undefined : hub?.watermark)
    const heartbeat = this.#options.now()
    this.#hubs.set(hubId, { session, heartbeat, watermark: mark, about: hub?.about ?? null })
    return 'applied'
  }

  async heartbeat(beats: readonly HubBeat[]): Promise<void> {
    for (const { hubId, session, about } of beats) {
      const hub = this.#hubs.get(hubId)
      if (hub?.session !== session) continue
      hub.heartbeat = this.#options.now()
      hub.about = about
    }
  }

  async list({ opinionOn, ...paging }: NodesQuery): Promise<NodePage> {
    this.#purge()
    const rows = [...this.#nodes].flatMap(([id, node]) =>
      this.#listed(id, node).map((row) =>
        opinionOn === undefined ? row : { ...row, opinion: this.#opinion(node, opinionOn) },
      ),
    )
    return pageOf(
      rows.sort((a, b) => (a.id < b.id ? -1 : 1)),
      paging,
    )
  }

  async find(id: string): Promise<NodeRow | null> {
    this.#purge()
    const rows = [...this.#nodes].flatMap(([key, node]) => this.#listed(key, node))
    return rows.find((row) => row.id === id.toLowerCase()) ?? null
  }

  async remove(id: string): Promise<Removal> {
    const own = id.toLowerCase()
    const isThere = [...this.#nodes].some(
      ([key, node]) => (key === own || node.report.nodeId === own) && this.#isConnected(node),
    )
    if (isThere) return 'connected'
    return this.#nodes.delete(own) ? 'removed' : 'unknown'
  }

  async hubs(paging: Paging): Promise<HubPage> {
    this.#purge()
    const { now, purgeDelay } = this.#options
    const known = [...this.#hubs].filter(([, { heartbeat }]) => heartbeat > now() - purgeDelay)
    const rows = known.map(([id, hub]) => this.#hubRow(id, hub))
    return pageOf(
      rows.sort((a, b) => (a.id < b.id ? -1 : 1)),
      paging,
    )
  }

  async missing(revision: number, limit: number): Promise<Missing> {
    const { epoch } = this.#options.head()
    const missing = [...this.#nodes.values()].filter(
      (node) =>
        this.#isConnected(node) &&
        (node.report.quarantined.length > 0 || this.#applied(node, epoch) < revision),
    )
    return { total: missing.length, nodes: missing.slice(0, limit).map(({ report }) => report) }
  }

  /** What a node has, which the watermark of its hub may tell before its report does. */
  #applied({ report: { nodeId, applied }, hub }: Node, epoch: string): number {
    const told = applied.epoch === epoch ? applied.revision : 0
    const mark = this.#hubs.get(hub)?.watermark
    if (mark?.epoch !== epoch) return told
    const named = mark.below.find((each) => each.nodeId === nodeId)
    return Math.max(told, (named ?? mark).revision)
  }

  #endMissing(hubId: string, online: readonly NodeReport[]): void {
    const sessions = new Map(
      online.flatMap((report) => [
        [report.nodeId, report.session],
        [cloneId(report), report.session],
      ]),
    )
    for (const [id, node] of this.#nodes) {
      const isThere = (sessions.get(id) ?? Number.NEGATIVE_INFINITY) >= node.report.session
      if (node.hub === hubId && node.connected && !isThere) this.#disconnect(node)
    }
  }

  /** That a node is gone is true of the session that it is told of. */
  #end(hubId: string, report: NodeReport): void {
    for (const id of [report.nodeId, cloneId(report)]) {
      const node = this.#nodes.get(id)
      if (node === undefined || node.hub !== hubId || node.report.session !== report.session) continue
      if (node.connected) this.#disconnect(node)
      node.report = report
    }
  }

  #disconnect(node: Node): void {
    node.lastSeen = this.#lastSeen(node)
    node.updatedAt = this.#options.now()
    node.connected = false
  }

  /** A report that is older than what is known applies only where that is over. */
  #store(hub: string, hubSession: number, report: NodeReport): void {
    const owner = this.#nodes.get(report.nodeId)
    const isContested =
      owner !== undefined &&
      owner.hub !== hub &&
      owner.report.instance !== report.instance &&
      this.#isConnected(owner)
    const clone = cloneId(report)
    if (!isContested) this.#nodes.delete(clone)
    const id = isContested ? clone : report.nodeId
    const node = this.#nodes.get(id)
    if (node !== undefined && node.report.session > report.session && this.#isConnected(node)) return
    const now = this.#options.now()
    this.#nodes.set(id, {
      contestedSince: isContested ? (node?.contestedSince ?? now) : null,
      hub,
      hubSession,
      connected: true,
      lastSeen: now,
      updatedAt: now,
      report,
      health: node?.health ?? null,
    })
  }

  #storeHealth(hub: string, hubSession: number, health: NodeHealth): void {
    for (const id of [health.nodeId, cloneId(health)]) {
      const node = this.#nodes.get(id)
      const isIts = node?.hub === hub && node.hubSession === hubSession && isOf(health, node.report)
      if (isIts) node.health = health
    }
  }

  #opinion(node: Node, asked: OpinionQuery): NodeOpinion | null {
    const { health, report } = node
    if (health === null || !isOf(health, report) || !this.#isConnected(node)) return null
    const { toldAt, health: told } = health
    const found = told.upstreams.find(({ id }) => id.toLowerCase() === asked.upstream)
    const targets = found?.targets.filter(({ id }) => asked.targets.includes(id)) ?? []
    return { toldAt, upstream: found ? { ...found, targets } : null, incomplete: told.incomplete }
  }

  #purge(): void {
    const { now, purgeDelay } = this.#options
    for (const [id, node] of this.#nodes) {
      if (this.#lastSeen(node) <= now() - purgeDelay) this.#nodes.delete(id)
    }
    const used = new Set([...this.#nodes.values()].map(({ hub }) => hub))
    for (const [id, hub] of this.#hubs) {
      if (!used.has(id) && hub.heartbeat < now() - purgeDelay) this.#hubs.delete(id)
    }
  }

  /** A node by the id that it has for those who ask; nothing while it is not known whether it is the one or another. */
  #listed(id: string, node: Node): NodeRow[] {
    const { report, contestedSince } = node
    if (contestedSince === null) return this.#heirOf(id) === null ? [this.#row(node, id, null)] : []
    if (this.#heirOf(report.nodeId) === node) return [this.#row(node, report.nodeId, null)]
    const until = this.#isConnected(node) ? this.#options.now() : this.#lastSeen(node)
    return until - contestedSince > FOUND_DEAD_MS ? [this.#row(node, id, report.nodeId)] : []
  }

  /** Who came with an id whose node is gone. */
  #heirOf(id: string): Node | null {
    const owner = this.#nodes.get(id)
    if (owner !== undefined && this.#isConnected(owner)) return null
    const heirs = [...this.#nodes.values()].filter(
      (node) => node.contestedSince !== null && node.report.nodeId === id && this.#isConnected(node),
    )
    return heirs[0] ?? null
  }

  #row(node: Node, id: string, duplicateOf: string | null): NodeRow {
    const { purgeDelay, now, head } = this.#options
    const { nodeId: _, instance: __, session: ___, state, ...report } = node.report
    const connected = this.#isConnected(node)
    const lastSeen = this.#lastSeen(node)
    return {
      ...report,
      id,
      duplicateOf: duplicateOf ?? report.duplicateOf,
      state: connected ? stateAt(head(), report.desired, state) : { kind: 'offline' },
      lastSeen,
      offlineSince: connected ? null : lastSeen,
      updatedAt: node.updatedAt,
      hubId: node.hub,
      ttl: Math.ceil((lastSeen + purgeDelay - now()) / 1000),
    }
  }

  #hubRow(id: string, hub: Hub): HubRow {
    const { purgeDelay, now } = this.#options
    const attached = [...this.#nodes.values()].filter((node) => node.hub === id && this.#isConnected(node))
    return {
      id,
      about: hub.about,
      connected: this.#isAlive(hub),
      lastSeen: hub.heartbeat,
      nodes: attached.length,
      ttl: Math.ceil((hub.heartbeat + purgeDelay - now()) / 1000),
    }
  }

  /** Until when its hub vouched for it. */
  #lastSeen(node: Node): number {
    const hub = this.#hubs.get(node.hub)
    if (!node.connected || hub?.session !== node.hubSession) return node.lastSeen
    return Math.max(node.lastSeen, hub.heartbeat)
  }

  #isConnected({ connected, hub: id, hubSession }: Node): boolean {
    const hub = this.#hubs.get(id)
    return connected && hub?.session === hubSession && this.#isAlive(hub)
  }

  #isAlive({ heartbeat }: Hub): boolean {
    return heartbeat > this.#options.now() - LEASE_MS
  }
}

function isOf(health: NodeHealth, { session, instance }: NodeReport): boolean {
  return health.session === session && health.instance === instance
}

/** A hub that lags reports its nodes in sync with what it has; only with the head is that true. */
function stateAt(head: Position, desired: Position, state: NodeState): NodeState {
  const isOld = desired.epoch !== head.epoch || desired.revision !== head.revision
  return state.kind === 'in_sync' && isOld ? { kind: 'behind' } : state
}
