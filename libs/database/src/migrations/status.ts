import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'
import { listMigrations } from './list.ts'

/** How the schema of a database stands to what this release needs. */
export interface SchemaStatus {
  readonly kind:
    | 'current'
    /** Nothing was ever migrated. */
    | 'empty'
    /** An older release migrated it last. */
    | 'pending'
    /** A newer release did: this one must not use it. */
    | 'newer'
    /** Tables of executed migrations are missing: it was restored in part. */
    | 'incomplete'
  /** In the order of their execution. */
  readonly executed: readonly ExecutedMigration[]
  readonly pending: readonly string[]
  /** Executed ones that this release does not know. */
  readonly unknown: readonly string[]
  readonly missingTables: readonly string[]
}

export interface ExecutedMigration {
  readonly name: string
  /** ISO 8601, by the clock of the process that migrated. */
  readonly at: string
}

export const MIGRATIONS = 'schema_migrations'

/** Changes nothing. @throws DatabaseUnavailable */
export async function schemaStatus(db: Database): Promise<SchemaStatus> {
  return await db.run((kysely) => statusOf(kysely, db))
}

export async function statusOf(kysely: Kysely<Schema>, db: Database): Promise<SchemaStatus> {
  const listed = listMigrations(db.tables)
  const executed = await executedMigrations(kysely, db)
  const names = new Set(executed.map(({ name }) => name))
  const pending = listed.filter(({ name }) => !names.has(name)).map(({ name }) => name)
  const unknown = [...names].filter((name) => listed.every((known) => known.name !== name))
  const made = listed.filter(({ name }) => names.has(name)).flatMap(({ makes }) => makes)
  const missingTables = await absent(kysely, made)
  return {
    kind: kindOf(executed, pending, unknown, missingTables),
    executed,
    pending,
    unknown,
    missingTables,
  }
}

function kindOf(
  ...[executed, pending, unknown, missingTables]: readonly (readonly unknown[])[]
): SchemaStatus['kind'] {
  if (unknown?.length) return 'newer'
  if (missingTables?.length) return 'incomplete'
  if (!executed?.length) return 'empty'
  return pending?.length ? 'pending' : 'current'
}

async function executedMigrations(
  kysely: Kysely<Schema>,
  db: Database,
): Promise<readonly ExecutedMigration[]> {
  if ((await absent(kysely, [MIGRATIONS])).length > 0) return []
  const { rows } = await sql<ExecutedMigration>`
    select name, timestamp as at from ${sql.id(db.settings.schema, MIGRATIONS)} order by timestamp, name`.execute(
    kysely,
  )
  return rows
}

/** Those of the tables that do not exist. */
async function absent(kysely: Kysely<Schema>, tables: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from unnest(${tables}::text[]) as name where to_regclass(quote_ident(name)) is null`.execute(
    kysely,
  )
  return rows.map(({ name }) => name)
}
