import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Database } from '../database.ts'
import { isTransient } from '../failure.ts'
import type { Schema } from '../schema.ts'
import { listMigrations } from './list.ts'
import { SchemaIncomplete, SchemaTooNew } from './refusal.ts'
import { MIGRATIONS, statusOf } from './status.ts'

export interface MigrateOptions {
  /** Told of each migration before it runs. All of them run in one transaction, which may still fail, or begin anew. */
  readonly onMigration?: (name: string) => void
}

/**
 * Brings the schema to what this release needs and gives the names of the migrations that it took. Several instances may
 * call it at once: one migrates, in one transaction, the others wait. Others may write meanwhile. @throws SchemaTooNew, SchemaIncomplete,
 * DatabaseUnavailable
 */
export async function migrate(
  db: Database,
  { onMigration }: MigrateOptions = {},
): Promise<readonly string[]> {
  return await db.withoutTimeout(async (kysely) => {
    await refuseUnusable(kysely, db)
    const done = await migrateAmongWriters(kysely, db, onMigration)
    if (done.length > 0) db.log.info({ migrations: done }, 'the database schema was migrated')
    return done
  })
}

/** Enough for a crowd of writers: each attempt ends the deadlock that it was in. */
const ATTEMPTS = 20

/**
 * Instances of the release before may write meanwhile, and lock tables in an order of their own: who loses a deadlock
 * against them begins anew, which is no more than the transaction of all migrations.
 */
async function migrateAmongWriters(
  kysely: Kysely<Schema>,
  db: Database,
  onMigration?: (name: string) => void,
): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const { error, results = [] } = await migratorOf(kysely, db, onMigration).migrateToLatest()
    if (error === undefined) return results.map(({ migrationName }) => migrationName)
    if (isTransient(error) && attempt < ATTEMPTS) continue
    await refuseUnusable(kysely, db) // another instance may have brought it meanwhile
    throw error
  }
}

function migratorOf(
  kysely: Kysely<Schema>,
  db: Database,
  onMigration: (name: string) => void = () => undefined,
): Migrator {
  const migrations = listMigrations(db.tables).map(({ name, up }): [string, Migration] => [
    name,
    {
      up(tx) {
        onMigration(name)
        return up(tx)
      },
    },
  ])
  return new Migrator({
    db: kysely,
    provider: { getMigrations: async () => Object.fromEntries(migrations) },
    migrationTableSchema: db.settings.schema,
    migrationTableName: MIGRATIONS,
    migrationLockTableName: `${MIGRATIONS}_lock`,
    allowUnorderedMigrations: true,
  })
}

async function refuseUnusable(kysely: Kysely<Schema>, db: Database): Promise<void> {
  const { unknown, faults } = await statusOf(kysely, db)
  if (unknown.length > 0) throw new SchemaTooNew(unknown)
  if (faults.length > 0) throw new SchemaIncomplete(faults)
}
