import type { Database } from '../database.ts'
import { inRounds, type Rounds } from '../rounds.ts'
import type { Repository } from './repository.ts'

/**
 * Deletes expired entities as ordinary journaled writes, until the signal aborts: nodes keep expired rows until then, so
 * that all hashes agree. Several instances share the work, since each skips rows that another one has locked.
 */
export async function runSweeper(db: Database, repository: Repository, rounds: Rounds): Promise<void> {
  const kinds = db.tables.all.filter(({ definition }) => definition.ttl).map(({ kind }) => kind)
  await inRounds(db, rounds, async () => {
    for (const kind of kinds) {
      while ((await repository.removeExpired(kind, BATCH)) === BATCH && !rounds.signal.aborted);
    }
  })
}

const BATCH = 500
