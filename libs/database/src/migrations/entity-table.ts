import { type Kysely, sql } from 'kysely'
import { writtenColumns } from '../row.ts'
import type { Schema } from '../schema.ts'
import { type Column, EXPIRES_AT, type ReferenceColumn, type Table, type UniqueKey } from '../table.ts'

/**
 * Creates the table of a kind, and the constraints between it and the tables that are there already, in both directions:
 * a reference to a kind that comes later gets its constraint then. NO ACTION, since a cascade in SQL would bypass the journal.
 */
export async function createEntityTable(
  db: Kysely<Schema>,
  table: Table,
  all: readonly Table[],
): Promise<void> {
  const columns = writtenColumns(table).map(declared)
  await sql`
    create table ${sql.id(table.kind)} (
      ${sql.join(columns)}, digest bytea, body jsonb not null,
      constraint ${sql.id(`${table.kind}_pkey`)} primary key (id)
    )`.execute(db)
  await createIndexes(db, table)
  for (const child of all) {
    for (const reference of child.references) {
      if (child === table || reference.to === table.kind) await addConstraint(db, child, reference)
    }
  }
}

/** Adds a column to a table that is there already, with what belongs to it. */
export async function addColumn(db: Kysely<Schema>, table: Table, column: Column): Promise<void> {
  await sql`alter table ${sql.id(table.kind)} add column ${declared(column)}`.execute(db)
  await createIndexesOn(db, table, column)
  for (const reference of table.references) {
    if (reference.column === column.name) await addConstraint(db, table, reference)
  }
}

export async function createUnique(db: Kysely<Schema>, table: Table, key: UniqueKey): Promise<void> {
  const together = key.columns.length > 1 ? sql`nulls not distinct` : sql``
  const names = sql.join(key.columns.map((column) => sql.id(column.name)))
  await sql`create unique index ${sql.id(key.name)} on ${sql.id(table.kind)} (${names}) ${together}`.execute(
    db,
  )
}

function declared({ name, type }: Column) {
  return sql`${sql.id(name)} ${sql.raw(COLUMN_TYPES[type])}`
}

/** Byte order for texts: keys are compared, never sorted for people. */
const COLUMN_TYPES = {
  uuid: 'uuid',
  text: 'text collate "C"',
  'double precision': 'double precision',
  boolean: 'boolean',
  'text[]': 'text[]',
} as const

async function createIndexes(db: Kysely<Schema>, table: Table): Promise<void> {
  for (const key of table.unique) await createUnique(db, table, key)
  for (const column of table.columns) await createIndexesOn(db, table, column)
}

/** For what is searched by this column alone. */
async function createIndexesOn(db: Kysely<Schema>, table: Table, { name, type }: Column): Promise<void> {
  const on = sql.id(table.kind)
  if (name === EXPIRES_AT) await sql`create index on ${on} (${sql.id(name)})`.execute(db)
  if (type === 'text[]') await sql`create index on ${on} using gin (${sql.id(name)})`.execute(db)
  await createPageIndexes(db, table, name)
}

/** For lists of those that refer to the same, and of those with tags: both are read page by page, in the order of ids. */
async function createPageIndexes(db: Kysely<Schema>, table: Table, column: string): Promise<void> {
  const on = sql.id(table.kind)
  const name = sql.id(`${table.kind}_${column}_id_idx`)
  if (table.references.some((reference) => reference.column === column))
    await sql`create index if not exists ${name} on ${on} (${sql.id(column)}, id)`.execute(db)
  if (column === 'tags')
    await sql`create index if not exists ${name} on ${on} (id) where tags <> '{}'`.execute(db)
}

/** Tables of an early release have indexes by which each page of such a list takes as long as all of it. */
export async function pageByIndexes(db: Kysely<Schema>, tables: readonly Table[]): Promise<void> {
  for (const table of tables) {
    for (const { name } of table.columns) await createPageIndexes(db, table, name)
    for (const { column } of table.references)
      await sql`drop index if exists ${sql.id(`${table.kind}_${column}_idx`)}`.execute(db)
  }
}

async function addConstraint(
  db: Kysely<Schema>,
  child: Table,
  { column, field, to }: ReferenceColumn,
): Promise<void> {
  // A column that an earlier release did not have comes by a migration of its own.
  const both = await sql`
    select from pg_attribute
    where attrelid = to_regclass(quote_ident(${child.kind})) and attname = ${column}
    and to_regclass(quote_ident(${to})) is not null`.execute(db)
  if (both.rows.length === 0) return
  await sql`
    alter table ${sql.id(child.kind)} add constraint ${sql.id(`${child.kind}_${field}_fkey`)}
    foreign key (${sql.id(column)}) references ${sql.id(to)} (id) deferrable`.execute(db)
}

/** So that a config can be rewritten as a whole. Tables of an early release have constraints that are not deferrable. */
export async function deferConstraints(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ child: string; name: string }>`
    select relname as child, conname as name from pg_constraint join pg_class on pg_class.oid = conrelid
    where contype = 'f' and not condeferrable and connamespace = current_schema()::regnamespace`.execute(db)
  for (const { child, name } of rows) {
    await sql`alter table ${sql.id(child)} alter constraint ${sql.id(name)} deferrable`.execute(db)
  }
}
