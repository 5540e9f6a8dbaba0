import { type Entity, foreignKeyMissing, isUuid } from '@biplane/entities'
import { sql, type Transaction } from 'kysely'
import { isVisible, type Row, referenceId } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'
import type { Tables } from '../tables.ts'
import { lockEntity } from './lock-entity.ts'

/**
 * Locks what an entity refers to: until the transaction ends nobody deletes it or changes whether it is exported. Parents
 * are locked before children everywhere, in the order of the tables. Tells whether followers have all of them.
 * @throws DomainError foreign key violation
 */
export async function lockParents(
  tx: Transaction<Schema>,
  tables: Tables,
  table: Table,
  entity: Entity,
): Promise<boolean> {
  let exported = true
  for (const { field, to } of tables.inOrder(table.references)) {
    const value = entity[field] ?? null
    if (value === null) continue
    const id = referenceId(value)
    const parent = tables.get(to)
    const found = parent && id !== null && isUuid(id) ? await lockParent(tx, parent, id) : undefined
    if (found === undefined) throw foreignKeyMissing(field, { id }, to)
    exported &&= found.digest !== null
  }
  return exported
}

async function lockParent(tx: Transaction<Schema>, table: Table, id: string): Promise<Row | undefined> {
  const named = sql<boolean>`${sql.ref(`${table.kind}.id`)} = ${id} and ${isVisible(table)}`
  return await lockEntity(tx, table, named, 'share')
}
