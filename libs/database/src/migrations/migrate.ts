import { type Kysely, sql, type Transaction } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'
import type { Tables } from '../tables.ts'
import { createCore } from './core.ts'
import { createEntityTable } from './entity-table.ts'
import { SchemaIncomplete, SchemaTooNew } from './refusal.ts'
import { seed } from './seed.ts'

/**
 * Brings the schema to what this release needs. Several instances may call it at once: one migrates, in one transaction,
 * the others wait. @throws SchemaTooNew, SchemaIncomplete, DatabaseUnavailable
 */
export async function migrate(db: Database): Promise<void> {
  await db.withoutTimeout(async (kysely) => {
    await refuseNewer(kysely, db)
    const { error, results = [] } = await migratorOf(kysely, db).migrateToLatest()
    if (error !== undefined) {
      await refuseNewer(kysely, db) // another instance may have brought it meanwhile
      throw error
    }
    const done = results.map(({ migrationName }) => migrationName)
    if (done.length > 0) db.log.info({ migrations: done }, 'the database schema was migrated')
    await requireTables(kysely, db)
  })
}

/**
 * One migration for each registered kind, so that registering another one is all it takes. Names decide the order in an
 * empty database; in one that exists the missing ones run, wherever their names stand.
 */
function migrationsOf(tables: Tables): Record<string, Migration> {
  const perKind = tables.all.map((table): [string, Migration] => [
    `entity-${table.kind}-0001`,
    { up: (db: Kysely<Schema>) => createEntityTable(db, table, tables.all) },
  ])
  return {
    'core-0001': { up: createCore },
    ...Object.fromEntries(perKind),
    'seed-0001': { up: (db: Transaction<Schema>) => seed(db, tables) },
  }
}

function migratorOf(kysely: Kysely<Schema>, db: Database): Migrator {
  return new Migrator({
    db: kysely,
    provider: { getMigrations: async () => migrationsOf(db.tables) },
    migrationTableSchema: db.settings.schema,
    migrationTableName: MIGRATIONS,
    migrationLockTableName: `${MIGRATIONS}_lock`,
    allowUnorderedMigrations: true,
  })
}

const MIGRATIONS = 'schema_migrations'

async function refuseNewer(kysely: Kysely<Schema>, db: Database): Promise<void> {
  const known = Object.keys(migrationsOf(db.tables))
  const unknown = (await executedMigrations(kysely, db)).filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new SchemaTooNew(unknown)
}

async function executedMigrations(kysely: Kysely<Schema>, db: Database): Promise<readonly string[]> {
  const table = sql.id(db.settings.schema, MIGRATIONS)
  if (!(await tableExists(kysely, MIGRATIONS))) return []
  const { rows } = await sql<{ name: string }>`select name from ${table} order by name`.execute(kysely)
  return rows.map(({ name }) => name)
}

/** A schema that was copied or restored in part would fail later, and worse. */
async function requireTables(kysely: Kysely<Schema>, db: Database): Promise<void> {
  const needed = ['journal_head', 'journal', 'hubs', 'nodes', ...db.tables.all.map(({ kind }) => kind)]
  const missing: string[] = []
  for (const name of needed) if (!(await tableExists(kysely, name))) missing.push(name)
  if (missing.length > 0)
    throw new SchemaIncomplete(
      `the database schema is only partly there: its migrations are recorded, but the tables ${missing.join(', ')} are missing; restore it from a complete backup`,
    )
}

async function tableExists(kysely: Kysely<Schema>, name: string): Promise<boolean> {
  const { rows } = await sql`select where to_regclass(quote_ident(${name})) is not null`.execute(kysely)
  return rows.length > 0
}
