import {
  type AuditRetention,
  broadcastLogLevel,
  type Database,
  DatabaseUnavailable,
  journalExtent,
  listAuditObjects,
  listAuditRequests,
  listenForLogLevels,
  listTags,
  nodeRegister,
  Repository,
  Resealing,
} from '@biplane/database'
import { settle } from '@biplane/declarative'
import type { Logger, Retention } from '@biplane/service'
import type { RunningBackend } from './backend.ts'
import { DatabaseState } from './database-state.ts'
import { JournalSource } from './feed/journal-source.ts'
import { keepHouse } from './housekeeping.ts'

export interface DatabaseBackendOptions {
  readonly log: Logger
  /** Milliseconds after last contact at which a node's row is gone. */
  readonly purgeDelay: number
  readonly retention: Retention
  readonly audit: AuditRetention & { readonly isRecording: boolean }
}

/** The config and the nodes in PostgreSQL, which several processes may share. */
export function databaseBackend(
  db: Database,
  { log, purgeDelay, retention, audit }: DatabaseBackendOptions,
): RunningBackend {
  const { isRecording, ...auditRetention } = audit
  const repository = new Repository(db, { audited: isRecording })
  const condition = new DatabaseState(log)
  const source = new JournalSource(db)
  const resealing = new Resealing(db)
  return {
    repository,
    condition,
    source,
    nodes: nodeRegister(db, purgeDelay),
    tags: (query) => listTags(db, query),
    audit: {
      isRecording,
      onBehalfOf: (origin, use) => repository.onBehalfOf(origin, use),
      requests: (query) => listAuditRequests(db, query),
      objects: (query) => listAuditObjects(db, query),
    },
    extent: () => journalExtent(db),
    settle,
    status: async () => ({ database: { reachable: await reachable(db, condition) } }),
    async unready() {
      const isReady = condition.unprepared === null && (await reachable(db, condition))
      return isReady ? null : 'failed to connect to database'
    },
    broadcast: (wish) => broadcastLogLevel(db, wish),
    restarts: () => db.restarts,
    unsealed: () => resealing.left,
    prepare: (signal) => condition.prepare(db, signal),
    run: (signal, onWish) => ({
      journal: source.run(signal, (outage) => condition.observe(outage)),
      'log levels': listenForLogLevels(db, { signal, onWish }),
      housekeeping: keepHouse({ db, repository, retention, auditRetention, purgeDelay, signal }),
      keyring: resealing.run({ signal, every: RESEAL_EVERY_MS }),
    }),
    close: () => db.close(),
  }
}

/** What is sealed otherwise than this process would do it comes from others only, while keys are being changed. */
const RESEAL_EVERY_MS = 600_000

/** An outage that is known is not asked about again: a probe must not wait until a frozen database has timed out. */
async function reachable(db: Database, { isLost }: DatabaseState): Promise<boolean> {
  if (isLost) return false
  try {
    await db.ping()
    return true
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return false
    throw error
  }
}
