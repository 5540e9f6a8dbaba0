import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { inRounds, type Rounds } from '../rounds.ts'

export interface PurgeOptions extends Rounds {
  /** Milliseconds after last contact at which a node's row is deleted. */
  readonly purgeDelay: number
}

/** Deletes the rows of nodes that were not heard of for the purge delay, and of hubs without any, until the signal aborts. */
export async function runNodePurge(db: Database, options: PurgeOptions): Promise<void> {
  await inRounds(db, options, () => purgeNodes(db, options.purgeDelay))
}

export async function purgeNodes(db: Database, purgeDelay: number): Promise<void> {
  const old = sql`clock_timestamp() - ${purgeDelay} * interval '1 millisecond'`
  await db.run(async (kysely) => {
    await sql`
      delete from nodes using hubs
      where hubs.id = nodes.hub and last_seen < ${old} and (not connected or heartbeat < ${old})`.execute(
      kysely,
    )
    await sql`
      delete from hubs where heartbeat < ${old} and not exists (select from nodes where hub = hubs.id)`.execute(
      kysely,
    )
  })
}
