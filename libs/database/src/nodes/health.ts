import { isUuid } from '@biplane/entities'
import { cloneId, type NodeHealth, type UpstreamHealth } from '@biplane/protocol'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Schema } from '../schema.ts'
import { storable } from './storable.ts'

/** What nodes are asked for: an upstream, and those of its targets that are of interest. All are ids. */
export interface OpinionQuery {
  readonly upstream: string
  readonly targets: readonly string[]
}

/** What a connected node thinks of one upstream. */
export interface NodeOpinion {
  /** When its hub was told, milliseconds since the epoch. */
  readonly toldAt: number
  /**
   * With those of its targets that were asked for. Null where the node says nothing of it: it is healthy with all its
   * targets, unless that is not known.
   */
  readonly upstream: UpstreamHealth | null
  /** Of what the node says nothing of, nothing is known. */
  readonly incomplete: boolean
}

/** How it is kept in the row of its node. */
interface StoredHealth extends Omit<NodeOpinion, 'upstream'> {
  readonly session: number
  readonly instance: string
  /** By id. */
  readonly upstreams: Readonly<Record<string, UpstreamHealth>>
}

/** Keeps what nodes of a hub's session have told, in rows of that session only: without the row, nobody is told anything of it. */
export async function storeHealth(
  tx: Transaction<Schema>,
  hubId: string,
  hubSession: number,
  told: readonly NodeHealth[],
): Promise<void> {
  const rows = told.filter(({ nodeId }) => isUuid(nodeId)).map(toRow)
  if (rows.length === 0) return
  await sql`
    update nodes set health = told.health
    from jsonb_to_recordset(${JSON.stringify(rows, storable)}::jsonb)
      as told(id uuid, clone uuid, session bigint, instance text, health jsonb)
    where nodes.id in (told.id, told.clone) and nodes.connected and nodes.hub = ${hubId}
      and nodes.hub_session = ${hubSession} and nodes.session = told.session
      and nodes.report->>'instance' = told.instance`.execute(tx)
}

/** What a node thinks of an upstream, as a column of a statement over its row; null where it told nothing in its session. */
export function opinionOn({ upstream, targets }: OpinionQuery): RawBuilder<NodeOpinion | null> {
  const told = sql`health->'upstreams'->${upstream}::text`
  // In an outage each node may tell of hundreds: they are left out here, not in the process that asked.
  return sql`
    case when (health->>'session')::bigint = session and health->>'instance' = report->>'instance' then jsonb_build_object(
      'toldAt', health->'toldAt', 'incomplete', health->'incomplete', 'upstream', jsonb_set(${told}, '{targets}', coalesce((
        select jsonb_agg(target) from jsonb_array_elements(${told}->'targets') as target
        where target->>'id' = any(${targets}::text[])
      ), '[]'))
    ) end`
}

function toRow({ nodeId, instance, session, toldAt, health }: NodeHealth) {
  const upstreams = health.upstreams.filter((upstream) => isUuid(upstream.id))
  const stored: StoredHealth = {
    ...{ session, instance, toldAt, incomplete: health.incomplete },
    upstreams: Object.fromEntries(upstreams.map((upstream) => [upstream.id.toLowerCase(), upstream])),
  }
  return { id: nodeId, clone: cloneId({ nodeId, instance }), session, instance, health: stored }
}
