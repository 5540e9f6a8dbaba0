import { type Kind, stillReferenced } from '@biplane/entities'
import { sql, type Transaction } from 'kysely'
import { type Row, toEntity } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { ReferenceColumn, Table } from '../table.ts'
import type { Tables } from '../tables.ts'
import { anyOf, deleteRows, fromStored, idType, selectRows } from './statements.ts'
import type { Tally } from './tally.ts'

/**
 * Deletes locked rows of one kind and all that goes with them. Parents are locked before their children are read, so none can
 * be added meanwhile. @throws DomainError foreign key violation when a reference restricts it
 */
export async function removeRows(
  tx: Transaction<Schema>,
  tables: Tables,
  table: Table,
  rows: readonly Row[],
  tally: Tally,
): Promise<void> {
  const doomed = await collect(tx, tables, table, rows)
  for (const each of tables.all.toReversed()) {
    const gone = doomed.get(each.kind)
    if (gone === undefined) continue
    await deleteRows(tx, each, gone.map(idOf))
    for (const row of gone) {
      const turn = { before: fromStored(row.digest), after: null }
      tally.write(each.kind, idOf(row), null, turn, { was: toEntity(each, row), is: null })
    }
  }
}

const idOf = (row: Row) => String(row.id)

async function collect(
  tx: Transaction<Schema>,
  tables: Tables,
  root: Table,
  rows: readonly Row[],
): Promise<ReadonlyMap<Kind, readonly Row[]>> {
  const doomed = new Map<Kind, readonly Row[]>([[root.kind, rows]])
  for (const table of tables.all) {
    const among = (reference: ReferenceColumn) => {
      const ids = (doomed.get(reference.to) ?? []).map(idOf)
      return anyOf(table, reference.column, ids, idType(tables.of(reference.to)))
    }
    const links = table.references.filter(({ to }) => doomed.has(to))
    for (const link of links.filter(({ onDelete }) => onDelete === 'restrict')) {
      if (await exists(tx, table, among(link))) throw stillReferenced(link.to, table.kind)
    }
    const conditions = links.filter(({ onDelete }) => onDelete === 'cascade').map(among)
    if (conditions.length === 0) continue
    const children = await selectRows(tx, table, sql`(${sql.join(conditions, sql` or `)})`, 'update')
    if (children.length > 0) doomed.set(table.kind, children)
  }
  return doomed
}

async function exists(
  tx: Transaction<Schema>,
  table: Table,
  condition: ReturnType<typeof anyOf>,
): Promise<boolean> {
  const { rows } = await sql`select from ${sql.id(table.kind)} where ${condition} limit 1`.execute(tx)
  return rows.length > 0
}
