import {
  type AuditRetention,
  type Database,
  type Repository,
  runAuditRetention,
  runNodePurge,
  runRetention,
  runSweeper,
} from '@biplane/database'
import type { Retention } from '@biplane/service'

const MINUTE_MS = 60_000
const SWEEP_EVERY_MS = 1000

/** What has to be deleted in time: expired credentials, old revisions and what the audit log knows of them, nodes that are gone. Runs until the signal aborts. */
export async function keepHouse({
  db,
  repository,
  retention: { revisions, ageMs },
  auditRetention,
  purgeDelay,
  signal,
}: {
  readonly db: Database
  readonly repository: Repository
  readonly retention: Retention
  readonly auditRetention: AuditRetention
  /** Milliseconds. */
  readonly purgeDelay: number
  readonly signal: AbortSignal
}): Promise<void> {
  await Promise.all([
    runSweeper(db, repository, { signal, every: SWEEP_EVERY_MS }),
    runRetention(db, { signal, keepRevisions: revisions, keepFor: ageMs, every: MINUTE_MS }),
    runAuditRetention(db, { signal, ...auditRetention, every: MINUTE_MS }),
    runNodePurge(db, { signal, purgeDelay, every: MINUTE_MS }),
  ])
}
