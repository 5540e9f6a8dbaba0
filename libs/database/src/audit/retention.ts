import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database.ts'
import { inRounds, type Rounds, tryLock } from '../rounds.ts'

export interface AuditRetention {
  /** Seconds after which a revision is forgotten. */
  readonly recordTtl: number
  /** Only of so many of the last revisions is anything known. */
  readonly recordLimit: number
}

/** Forgets what is too old until the signal aborts, in small steps, one instance at a time. */
export async function runAuditRetention(db: Database, options: AuditRetention & Rounds): Promise<void> {
  await inRounds(db, options, async () => {
    const last = await lastForgotten(db, options)
    if (last === null) return
    for (const step of [forgetObjects, forgetRequests]) {
      while ((await trim(db, step(last))) === BATCH && !options.signal.aborted);
    }
  })
}

const BATCH = 5000

/** The newest revision that is to be forgotten, or has been; null when all are to be kept. */
async function lastForgotten(
  db: Database,
  { recordTtl, recordLimit }: AuditRetention,
): Promise<number | null> {
  const { rows } = await db.run((kysely) =>
    sql<{ last: number | null }>`
      select greatest(
        (select revision from audit_requests
          where at < clock_timestamp() - ${recordTtl}::double precision * interval '1 second'
          order by at desc, revision desc limit 1),
        (select revision - ${recordLimit}::bigint from journal_head)
      ) as last`.execute(kysely),
  )
  return rows[0]?.last ?? null
}

/** First, and in batches of their own: one revision may have changed any number of entities. */
function forgetObjects(last: number): RawBuilder<unknown> {
  return sql`
    delete from audit_objects where (revision, item) in (
      select revision, item from audit_objects where revision <= ${last} order by revision, item limit ${BATCH}
    )`
}

function forgetRequests(last: number): RawBuilder<unknown> {
  return sql`
    delete from audit_requests where revision in (
      select revision from audit_requests where revision <= ${last} order by revision limit ${BATCH}
    )`
}

async function trim(db: Database, step: RawBuilder<unknown>): Promise<number> {
  return await db.transaction(async (tx) => {
    if (!(await tryLock(tx, 'audit'))) return 0
    const { numAffectedRows } = await step.execute(tx)
    return Number(numAffectedRows ?? 0)
  })
}
