import { isUuid } from '@biplane/entities'
import type { NodeReport, NodeState } from '@biplane/protocol'
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { fromOffset, toOffset } from '../paging.ts'
import { type NodeOpinion, type OpinionQuery, opinionOn } from './health.ts'
import { isAlive } from './lease.ts'
import { millis } from './millis.ts'

/** A node as it is at the moment of reading. Times are integer milliseconds of the database's clock, `ttl` seconds. */
export interface NodeRow extends Omit<NodeReport, 'nodeId' | 'instance' | 'session' | 'state'> {
  readonly id: string
  /** `offline` when its hub is not heard of, whatever it was before; `in_sync` only at the head's revision. */
  readonly state: NodeState
  readonly lastSeen: number
  /** Null while connected. */
  readonly offlineSince: number | null
  readonly updatedAt: number
  /** The hub it is, or was last, attached to. */
  readonly hubId: string
  /** Seconds until the row is purged. */
  readonly ttl: number
  /** What it thinks of the upstream that was asked about, while it is connected; null where it has not told. Absent where nobody asked. */
  readonly opinion?: NodeOpinion | null
}

export interface NodePage {
  readonly rows: readonly NodeRow[]
  /** Where the next page starts; absent on the last one. */
  readonly offset?: string
}

export interface NodeQuery {
  readonly size: number
  readonly offset?: string
  /** Milliseconds after last contact at which a row is gone. */
  readonly purgeDelay: number
  /** Rows then tell what their nodes think of it. */
  readonly opinionOn?: OpinionQuery
}

/**
 * A session that is half open is over by then: where a node is still there, it speaks, and who came with its id to another
 * hub is another node. Until then that one is not listed; it has the id as soon as the first one is gone.
 */
const FOUND_DEAD = sql`interval '20 seconds'`

/** The nodes ordered by id. @throws DomainError (invalid offset) */
export async function listNodes(db: Database, query: NodeQuery): Promise<NodePage> {
  const { size, offset, purgeDelay, opinionOn: asked } = query
  const from = offset === undefined ? null : fromOffset(offset)
  if (from !== null && !isUuid(from)) return { rows: [] }
  const { rows } = await db.run((kysely) =>
    sql<StoredNode>`
      with seen as (
        select nodes.*, attached, attached and ${isAlive} as alive, (report->>'nodeId')::uuid as came_as,
          case when attached then greatest(last_seen, heartbeat) else last_seen end as seen
        from nodes left join hubs on hubs.id = nodes.hub
          cross join lateral (select coalesce(nodes.connected and hubs.session = nodes.hub_session, false) as attached) as a
      ), rivals as (
        select node.*, owner.id is not null as has_rival from seen as node
          left join seen as owner on node.contested_since is not null and owner.id = node.came_as and owner.alive
      ), heirs as (
        select distinct on (came_as) came_as, id from rivals
        where contested_since is not null and alive and not has_rival order by came_as, contested_since, id
      ), listed as (
        select rivals.*, case when heirs.id is null then rivals.id else rivals.came_as end as listed_as,
          heirs.id is null and contested_since is not null as duplicate
        from rivals left join heirs using (id)
        where rivals.id not in (select came_as from heirs)
          and (contested_since is null or heirs.id is not null
            or (case when alive then clock_timestamp() else seen end) - contested_since > ${FOUND_DEAD})
      )
      select listed_as as id, hub, ${millis('updated_at')} as "updatedAt", report, duplicate,
        revision as "headRevision", epoch as "headEpoch", alive as connected, ${millis('seen')} as "lastSeen",
        ceil(extract(epoch from seen + ${purgeDelay} * interval '1 millisecond' - clock_timestamp()))::int as ttl,
        ${asked === undefined ? sql`null` : opinionOn(asked)} as opinion
      from listed, journal_head
      where (${from}::uuid is null or listed_as >= ${from}::uuid)
        and seen > clock_timestamp() - ${purgeDelay} * interval '1 millisecond'
      order by listed_as
      limit ${size + 1}`.execute(kysely),
  )
  const next = rows[size]
  const page = rows.slice(0, size).map((row) => toNodeRow(row, asked !== undefined))
  return next === undefined ? { rows: page } : { rows: page, offset: toOffset(next.id) }
}

/** The node with this id; null where there is none. */
export async function findNode(db: Database, id: string, purgeDelay: number): Promise<NodeRow | null> {
  if (!isUuid(id)) return null
  const { rows } = await listNodes(db, { size: 1, offset: toOffset(id), purgeDelay })
  const [first] = rows
  return first?.id === id.toLowerCase() ? first : null
}

/** A row of `nodes`, with what the moment makes of it. */
interface StoredNode {
  readonly id: string
  readonly hub: string
  readonly updatedAt: number
  readonly report: NodeReport
  /** Whether it came with the id of another node, and is listed by one made for it. */
  readonly duplicate: boolean
  readonly connected: boolean
  readonly lastSeen: number
  readonly ttl: number
  readonly headEpoch: string
  readonly headRevision: number
  readonly opinion: NodeOpinion | null
}

function toNodeRow(stored: StoredNode, asked: boolean): NodeRow {
  const { report, connected, lastSeen } = stored
  const { nodeId: _id, instance: _instance, session: _session, ...told } = report
  return {
    ...NOT_TOLD,
    ...told,
    id: stored.id,
    state: stateNow(stored),
    lastSeen,
    offlineSince: connected ? null : lastSeen,
    updatedAt: stored.updatedAt,
    ...(stored.duplicate && { duplicateOf: report.nodeId }),
    hubId: stored.hub,
    ttl: stored.ttl,
    ...(asked && { opinion: connected ? stored.opinion : null }),
  }
}

/** What a hub of an earlier release did not tell. */
const NOT_TOLD = {
  certificateExpiresAt: null,
  duplicateOf: null,
  quarantined: [],
  reductions: [],
  understanding: null,
} as const

/** A hub that lags reports its nodes in sync with what it has; only with the head is that true. */
function stateNow({ connected, report, headEpoch, headRevision }: StoredNode): NodeState {
  if (!connected) return { kind: 'offline' }
  const { state, desired } = report
  const isOld = desired.epoch !== headEpoch || desired.revision !== headRevision
  return state.kind === 'in_sync' && isOld ? { kind: 'behind' } : state
}
