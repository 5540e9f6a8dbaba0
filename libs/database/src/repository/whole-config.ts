import type { Entity, Kind } from '@biplane/entities'
import { sql, type Transaction } from 'kysely'
import { type Row, selected, toEntity } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'
import type { Tables } from '../tables.ts'

/** All entities by kind and id, kinds in topological order. */
export type Config = ReadonlyMap<Kind, ReadonlyMap<string, Entity>>

/** All rows of all kinds by id, exported or not, expired or not. */
export type Rows = ReadonlyMap<Table, ReadonlyMap<string, Row>>

/** In pages, so that no single statement takes long. */
export async function readRows(tx: Transaction<Schema>, tables: Tables): Promise<Rows> {
  const all = new Map<Table, ReadonlyMap<string, Row>>()
  for (const table of tables.all) {
    const rows = new Map<string, Row>()
    let after: string | undefined
    do {
      const page: readonly Row[] = await pageAfter(tx, table, after)
      for (const row of page) rows.set(String(row.id), row)
      after = page.length === PAGE ? String(page.at(-1)?.id) : undefined
    } while (after !== undefined)
    all.set(table, rows)
  }
  return all
}

export function toConfig(rows: Rows): Config {
  return new Map(
    [...rows].map(([table, byId]) => [
      table.kind,
      new Map([...byId].map(([id, row]) => [id, toEntity(table, row)])),
    ]),
  )
}

const PAGE = 2000

async function pageAfter(
  tx: Transaction<Schema>,
  table: Table,
  after: string | undefined,
): Promise<readonly Row[]> {
  const beyond = after === undefined ? sql`` : sql`where id > ${after}`
  const { rows } = await sql<Row>`
    select ${selected(table)} from ${sql.id(table.kind)} ${beyond} order by id limit ${PAGE}`.execute(tx)
  return rows
}
