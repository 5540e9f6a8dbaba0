import { isUuid } from '@biplane/entities'
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { isAlive } from './lease.ts'

/** What came of the wish to forget a node. */
export type Removal = 'removed' | 'connected' | 'unknown'

/** Deletes the row of a node unless the node is connected. One that comes back later is listed anew. */
export async function removeNode(db: Database, id: string): Promise<Removal> {
  if (!isUuid(id)) return 'unknown'
  const { rows } = await db.run((kysely) =>
    sql<{ readonly removed: boolean; readonly known: boolean }>`
      with gone as (
        delete from nodes where id = ${id} and not (connected and exists (
          select from hubs where id = nodes.hub and session = nodes.hub_session and ${isAlive}
        )) returning id
      )
      select exists (select from gone) as removed, exists (select from nodes where id = ${id}) as known`.execute(
      kysely,
    ),
  )
  const [found] = rows
  if (found?.removed) return 'removed'
  return found?.known ? 'connected' : 'unknown'
}
