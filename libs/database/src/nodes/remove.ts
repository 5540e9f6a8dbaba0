import { isUuid } from '@biplane/entities'
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { isAlive } from './lease.ts'

/** What came of the wish to forget a node. */
export type Removal = 'removed' | 'connected' | 'unknown'

/**
 * Deletes the row of a node unless the node is connected, be it under the row of another that came with its id. One that
 * comes back later is listed anew.
 */
export async function removeNode(db: Database, id: string): Promise<Removal> {
  if (!isUuid(id)) return 'unknown'
  const { rows } = await db.run((kysely) =>
    sql<{ readonly removed: boolean; readonly connected: boolean }>`
      with live as (
        select from nodes join hubs on hubs.id = nodes.hub and hubs.session = nodes.hub_session and ${isAlive}
        where nodes.connected and ${id}::uuid in (nodes.id, (report->>'nodeId')::uuid)
      ), gone as (
        delete from nodes where id = ${id} and not exists (select from live) returning id
      )
      select exists (select from gone) as removed, exists (select from live) as connected`.execute(kysely),
  )
  const [found] = rows
  if (found?.removed) return 'removed'
  return found?.connected ? 'connected' : 'unknown'
}
