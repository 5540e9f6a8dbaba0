export type { Origin } from './audit/origin.ts'
export {
  type AuditedChange,
  type AuditedRequest,
  type AuditObjectsQuery,
  type AuditPage,
  type AuditQuery,
  listAuditObjects,
  listAuditRequests,
} from './audit/read.ts'
export { type AuditRetention, runAuditRetention } from './audit/retention.ts'
export { broadcastLogLevel, type LogLevelWish, listenForLogLevels } from './broadcast.ts'
export { type Database, openDatabase } from './database.ts'
export { DatabaseUnavailable } from './failure.ts'
export { type EpochChange, startEpoch } from './journal/epoch.ts'
export { type JournalExtent, journalExtent } from './journal/extent.ts'
export { readHead } from './journal/head.ts'
export { changesAfter, type ReadLimits } from './journal/read.ts'
export { type RetentionOptions, runRetention } from './journal/retention.ts'
export { type ConfigSnapshot, readSnapshot } from './journal/snapshot.ts'
export { type WatchOptions, watchHead } from './journal/watch.ts'
export { Keyring, type NamedKey } from './keyring/keyring.ts'
export { KeyringRefusal } from './keyring/refusal.ts'
export { Resealing } from './keyring/resealing.ts'
export { unlockKeyring } from './keyring/unlock.ts'
export type { Log } from './log.ts'
export { type MigrateOptions, migrate } from './migrations/migrate.ts'
export { SchemaIncomplete, SchemaTooNew } from './migrations/refusal.ts'
export { type ExecutedMigration, type SchemaStatus, schemaStatus } from './migrations/status.ts'
export type { NodeOpinion, OpinionQuery } from './nodes/health.ts'
export type { HubAbout, HubBeat, HubPage, HubRow } from './nodes/hubs.ts'
export type { Missing } from './nodes/missing.ts'
export { type PurgeOptions, runNodePurge } from './nodes/purge.ts'
export { type NodeRegister, type NodesQuery, nodeRegister, type PageQuery } from './nodes/register.ts'
export type { Removal } from './nodes/remove.ts'
export type { NodePage, NodeRow } from './nodes/rows.ts'
export type { Batch } from './repository/batch.ts'
export { Undone } from './repository/joined.ts'
export type { Key, Within } from './repository/key.ts'
export type { ListQuery, NewestQuery, Page } from './repository/list.ts'
export {
  type Committed,
  type Rehearsal,
  Repository,
  toWritten,
  type WriteOptions,
  type Written,
} from './repository/repository.ts'
export type { Plan } from './repository/rewrite.ts'
export { runSweeper } from './repository/sweeper.ts'
export { listTags, type Tagging, type TagsPage } from './repository/tags.ts'
export type { Config } from './repository/whole-config.ts'
export { databaseClock, type ServerFacts, serverFacts } from './server-facts.ts'
export { DATABASE_SETTINGS, type DatabaseSettings, databaseSettings } from './settings.ts'
