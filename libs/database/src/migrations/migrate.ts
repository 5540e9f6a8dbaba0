import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'
import { listMigrations } from './list.ts'
import { SchemaIncomplete, SchemaTooNew } from './refusal.ts'
import { MIGRATIONS, statusOf } from './status.ts'

export interface MigrateOptions {
  /** Told of each migration before it runs. All of them run in one transaction, which may still fail. */
  readonly onMigration?: (name: string) => void
}

/**
 * Brings the schema to what this release needs and gives the names of the migrations that it took. Several instances may
 * call it at once: one migrates, in one transaction, the others wait. @throws SchemaTooNew, SchemaIncomplete,
 * DatabaseUnavailable
 */
export async function migrate(
  db: Database,
  { onMigration }: MigrateOptions = {},
): Promise<readonly string[]> {
  return await db.withoutTimeout(async (kysely) => {
    await refuseUnusable(kysely, db)
    const { error, results = [] } = await migratorOf(kysely, db, onMigration).migrateToLatest()
    if (error !== undefined) {
      await refuseUnusable(kysely, db) // another instance may have brought it meanwhile
      throw error
    }
    const done = results.map(({ migrationName }) => migrationName)
    if (done.length > 0) db.log.info({ migrations: done }, 'the database schema was migrated')
    return done
  })
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
