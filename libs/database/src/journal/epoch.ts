import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { headOf } from './head.ts'
import { CHANNEL } from './hint.ts'

export interface EpochChange {
  readonly before: string
  readonly after: string
  /** At which the new epoch begins. */
  readonly revision: number
}

/**
 * Makes the journal another one: for a database that was put back to an earlier state, whose next revisions are others
 * than the ones that followers may have seen. Every follower, in whatever state, gets a snapshot.
 *
 * @throws DatabaseUnavailable
 */
export async function startEpoch(db: Database): Promise<EpochChange> {
  return await db.transaction(async (tx) => {
    await sql`select from journal_head for update`.execute(tx)
    const { epoch: before, revision } = await headOf(tx)
    await sql`update journal_head set epoch = gen_random_uuid()`.execute(tx)
    const { epoch: after } = await headOf(tx)
    await sql`notify ${sql.id(CHANNEL)}`.execute(tx)
    return { before, after, revision }
  })
}
