import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { inRounds, type Rounds, tryLock } from '../rounds.ts'

export interface RetentionOptions extends Rounds {
  /** Revisions and milliseconds that the journal keeps, either perhaps without end; what exceeds either is deleted, except the head's row. */
  readonly keepRevisions: number
  readonly keepFor: number
}

/** Trims the journal until the signal aborts, in batches, one instance at a time. */
export async function runRetention(db: Database, options: RetentionOptions): Promise<void> {
  await inRounds(db, options, async () => {
    while ((await trimBatch(db, options)) === BATCH && !options.signal.aborted);
  })
}

const BATCH = 5000
const CENTURY_MS = 100 * 365 * 86_400_000

/** Deletes the oldest rows only, so that what is left has no gap, even if the clock was put back while they were written. */
async function trimBatch(db: Database, options: RetentionOptions): Promise<number> {
  // PostgreSQL has no endless numbers, and endless times only of late.
  const keepRevisions = Math.min(options.keepRevisions, Number.MAX_SAFE_INTEGER)
  const keepFor = Math.min(options.keepFor, CENTURY_MS)
  return await db.transaction(async (tx) => {
    if (!(await tryLock(tx, 'retention'))) return 0
    const { numAffectedRows } = await sql`
      delete from journal where revision in (
        select journal.revision from journal, journal_head as head
        where journal.revision < head.revision and journal.revision <= greatest(
          head.revision - ${keepRevisions}::bigint,
          (select max(revision) from journal where at < clock_timestamp() - ${keepFor} * interval '1 millisecond')
        )
        order by journal.revision
        limit ${BATCH}
      )`.execute(tx)
    return Number(numAffectedRows ?? 0)
  })
}
