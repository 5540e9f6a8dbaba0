import { sql, type Transaction } from 'kysely'
import type { Database } from './database.ts'
import { DatabaseUnavailable } from './failure.ts'
import { pause } from './pause.ts'
import type { Schema } from './schema.ts'

export interface Rounds {
  readonly signal: AbortSignal
  /** Milliseconds between two rounds. */
  readonly every: number
}

/** Housekeeping: calls `round` again and again until the signal aborts. A lost database only costs the round. */
export async function inRounds(
  db: Database,
  { signal, every }: Rounds,
  round: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await round()
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error
      db.log.debug({ err: error }, 'housekeeping waits for the database')
    }
    await pause(every, signal)
  }
}

/** Takes the advisory lock of a job for the rest of the transaction, unless another instance is at that job. */
export async function tryLock(tx: Transaction<Schema>, job: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(current_schema() || ${` biplane ${job}`}::text, 0)) as locked`.execute(
    tx,
  )
  return rows[0]?.locked === true
}
