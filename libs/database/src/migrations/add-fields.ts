import { type Kysely, sql } from 'kysely'
import { writtenColumns } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'
import { addColumn, createUnique } from './entity-table.ts'

/** Gives tables of an earlier release the columns and the keys that their kinds have got since. Where nothing is missing, it does nothing. */
export async function addFields(db: Kysely<Schema>, tables: readonly Table[]): Promise<void> {
  for (const table of tables) {
    const columns = await columnsOf(db, table)
    for (const column of writtenColumns(table)) {
      if (!columns.has(column.name)) await addColumn(db, table, column)
    }
    const keys = await keysOf(db, table)
    const wanted = new Set(table.unique.map(({ name }) => name))
    for (const name of keys) if (!wanted.has(name)) await sql`drop index ${sql.id(name)}`.execute(db)
    for (const key of table.unique) if (!keys.has(key.name)) await createUnique(db, table, key)
  }
}

async function columnsOf(db: Kysely<Schema>, { kind }: Table): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    select attname as name from pg_attribute
    where attrelid = to_regclass(quote_ident(${kind})) and attnum > 0 and not attisdropped`.execute(db)
  return new Set(rows.map(({ name }) => name))
}

/** The names of the unique indexes but for the primary key's. */
async function keysOf(db: Kysely<Schema>, { kind }: Table): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_index join pg_class on pg_class.oid = indexrelid
    where indrelid = to_regclass(quote_ident(${kind})) and indisunique and not indisprimary`.execute(db)
  return new Set(rows.map(({ name }) => name))
}
