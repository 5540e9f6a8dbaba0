import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'
import { type ListedMigration, listMigrations } from './list.ts'

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
    /** It was restored in part, or another program has tables of these names there. */
    | 'incomplete'
  /** In the order of their execution. */
  readonly executed: readonly ExecutedMigration[]
  readonly pending: readonly string[]
  /** Executed ones that this release does not know. */
  readonly unknown: readonly string[]
  /** What makes it incomplete, in words. */
  readonly faults: readonly string[]
}

export interface ExecutedMigration {
  readonly name: string
  /** ISO 8601, by the clock of the process that migrated. */
  readonly at: string
}

export const MIGRATIONS = 'schema_migrations'
const HEAD = 'journal_head'

/** Changes nothing. @throws DatabaseUnavailable */
export async function schemaStatus(db: Database): Promise<SchemaStatus> {
  return await db.run((kysely) => statusOf(kysely, db))
}

/** At one moment, since another instance may be migrating. */
export async function statusOf(kysely: Kysely<Schema>, db: Database): Promise<SchemaStatus> {
  return await kysely
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((tx) => lookAt(tx, db))
}

async function lookAt(
  tx: Transaction<Schema>,
  { tables, settings: { schema } }: Database,
): Promise<SchemaStatus> {
  const listed = listMigrations(tables)
  const there = await tablesIn(tx, schema)
  const executed = there.has(MIGRATIONS) ? await executedMigrations(tx, schema) : []
  const names = new Set(executed.map(({ name }) => name))
  const [done, pending] = [
    listed.filter(({ name }) => names.has(name)),
    listed.filter(({ name }) => !names.has(name)),
  ]
  const unknown = [...names].filter((name) => listed.every((known) => known.name !== name))
  const faults = [
    ...told(
      'missing',
      tablesOf(done).filter((table) => !there.has(table)),
    ),
    ...told(
      'there without a record of the migration that makes it',
      tablesOf(pending).filter((table) => there.has(table)),
    ),
    ...told('empty', there.has(HEAD) && (await isEmpty(tx, schema, HEAD)) ? [HEAD] : []),
  ]
  return {
    kind: kindOf(executed, pending, unknown, faults),
    executed,
    pending: pending.map(({ name }) => name),
    unknown,
    faults,
  }
}

function kindOf(
  ...[executed, pending, unknown, faults]: readonly (readonly unknown[])[]
): SchemaStatus['kind'] {
  if (unknown?.length) return 'newer'
  if (faults?.length) return 'incomplete'
  if (!executed?.length) return 'empty'
  return pending?.length ? 'pending' : 'current'
}

const tablesOf = (migrations: readonly ListedMigration[]): string[] =>
  migrations.flatMap(({ makes }) => makes)

const MOST_NAMES = 8

function told(fault: string, names: readonly string[]): string[] {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''
  return names.length === 0 ? [] : [`${fault}: ${names.slice(0, MOST_NAMES).join(', ')}${more}`]
}

/** By the catalogue, which tells also those whom the schema is closed to. */
async function tablesIn(tx: Transaction<Schema>, schema: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = to_regnamespace(quote_ident(${schema})) and relkind in ('r', 'p')`.execute(tx)
  return new Set(rows.map(({ name }) => name))
}

async function executedMigrations(
  tx: Transaction<Schema>,
  schema: string,
): Promise<readonly ExecutedMigration[]> {
  const { rows } = await sql<ExecutedMigration>`
    select name, timestamp as at from ${sql.id(schema, MIGRATIONS)} order by timestamp, name`.execute(tx)
  return rows
}

async function isEmpty(tx: Transaction<Schema>, schema: string, table: string): Promise<boolean> {
  const { rows } = await sql`select from ${sql.id(schema, table)} limit 1`.execute(tx)
  return rows.length === 0
}
