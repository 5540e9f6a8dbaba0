import type { NodeReport } from '@biplane/protocol'
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { isAlive } from './lease.ts'

/** Connected nodes that have not applied a revision, as far as it is known. */
export interface Missing {
  /** How many. */
  readonly total: number
  /** The first of them by id. */
  readonly nodes: readonly NodeReport[]
}

/**
 * Which connected nodes do not have `revision` of the journal there is, or a later one. What a node has is told by its row
 * or, sooner, by its hub's watermark. One that something is left out for has not got the config, whatever its revision.
 * @throws DatabaseUnavailable
 */
export async function nodesMissing(db: Database, revision: number, limit: number): Promise<Missing> {
  const { rows } = await db.run((kysely) =>
    sql<{ readonly total: number; readonly report: NodeReport }>`
      select count(*) over () as total, report
      from nodes join hubs on hubs.id = nodes.hub and hubs.session = nodes.hub_session, journal_head
      where nodes.connected and ${isAlive}
        and (
          jsonb_array_length(coalesce(report->'quarantined', '[]')) > 0
          or not (report->'applied'->>'epoch' = epoch::text and (report->'applied'->>'revision')::bigint >= ${revision})
          and not coalesce(watermark->>'epoch' = epoch::text and ${marked} >= ${revision}, false)
        )
      order by nodes.id limit ${limit}`.execute(kysely),
  )
  return { total: rows[0]?.total ?? 0, nodes: rows.map(({ report }) => report) }
}

/** What a node has by the watermark of its hub. */
const marked = sql`coalesce(
  (select (each->>'revision')::bigint from jsonb_array_elements(watermark->'below') as each where each->>'nodeId' = report->>'nodeId'),
  (watermark->>'revision')::bigint
)`
