import type { RosterReport } from '@biplane/protocol'
import type { Database } from '../database.ts'
import type { OpinionQuery } from './health.ts'
import { type HubBeat, type HubPage, listHubs } from './hubs.ts'
import { type Missing, nodesMissing } from './missing.ts'
import { type Removal, removeNode } from './remove.ts'
import { applyRoster, hubHeartbeats } from './roster.ts'
import { findNode, listNodes, type NodePage, type NodeRow } from './rows.ts'

export interface PageQuery {
  readonly size: number
  readonly offset?: string
}

export interface NodesQuery extends PageQuery {
  /** Rows then tell what their nodes think of it. */
  readonly opinionOn?: OpinionQuery
}

/** The nodes, and the hubs they are attached to, as hubs report them: here or in the memory of a process. */
export interface NodeRegister {
  /** Takes a hub's report; `stale` when it is not of the hub's session. */
  report(hubId: string, hubSession: number, report: RosterReport): Promise<'applied' | 'stale'>
  /** Renews the leases of hubs' sessions: without it for 5 s, the nodes of a hub no longer count as connected. */
  heartbeat(beats: readonly HubBeat[]): Promise<void>
  /** Ordered by id. @throws DomainError (invalid offset) */
  list(query: NodesQuery): Promise<NodePage>
  /** Null for an id that no node has. */
  find(id: string): Promise<NodeRow | null>
  /** Forgets a node, unless it is connected. */
  remove(id: string): Promise<Removal>
  /** Ordered by id. @throws DomainError (invalid offset) */
  hubs(query: PageQuery): Promise<HubPage>
  /** Which connected nodes, at most `limit` of them, do not have a revision or a later one. */
  missing(revision: number, limit: number): Promise<Missing>
}

/** @param purgeDelay milliseconds after last contact at which a row is gone */
export function nodeRegister(db: Database, purgeDelay: number): NodeRegister {
  return {
    report: (hubId, session, report) => applyRoster(db, hubId, session, report),
    heartbeat: (beats) => hubHeartbeats(db, beats),
    list: (query) => listNodes(db, { ...query, purgeDelay }),
    find: (id) => findNode(db, id, purgeDelay),
    remove: (id) => removeNode(db, id),
    hubs: (query) => listHubs(db, { ...query, purgeDelay }),
    missing: (revision, limit) => nodesMissing(db, revision, limit),
  }
}
