import type { Change } from '@biplane/protocol'
import { sql, type Transaction } from 'kysely'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'
import type { Tables } from '../tables.ts'
import { type Fate, fatesOf } from './fates.ts'
import { deleteRows, insertEntities, storeDigests } from './statements.ts'
import { type Config, readRows, toConfig } from './whole-config.ts'
import type { Writing } from './writing.ts'

/** What is to become of a config, and what to tell of it. */
export interface Plan<T> {
  /** At most one for each kind and id. They are all that changes, cascades included; only their end has to be valid. */
  readonly changes: readonly Change[]
  readonly result: T
}

/**
 * Changes the config as a whole to what `plan` makes of it. Others may read meanwhile, but not write. What changes is deleted
 * and made anew, with references checked at the end, so that entities may swap their names and what they belong to.
 */
export async function rewrite<T>(
  { tx, tables, tally }: Writing,
  plan: (current: Config) => Plan<T>,
): Promise<T> {
  await lockAll(tx, tables)
  const rows = await readRows(tx, tables)
  const current = toConfig(rows)
  const { changes, result } = plan(current)
  if (changes.length === 0) return result
  const fates = fatesOf(tables, rows, current, changes)
  const byTable = tables.all.map((table) => ({ table, fates: [...(fates.get(table.kind)?.values() ?? [])] }))
  await sql`set constraints all deferred`.execute(tx)
  for (const { table, fates } of byTable) await removeOld(tx, table, fates)
  for (const { table, fates } of byTable) await insertNew(tx, table, fates)
  for (const { kind, id } of changes) {
    const fate = fates.get(kind)?.get(id)
    if (fate === undefined) continue
    const was = current.get(kind)?.get(id) ?? null
    tally.write(kind, id, fate.bytes, fate, { was, is: fate.entity })
  }
  for (const { table, fates } of byTable) await turnOthers({ tx, tables, tally }, table, fates)
  return result
}

/**
 * In the order in which writers lock rows. They wait, and so does this for those that were first; readers do not. A weaker
 * lock would let writers hold rows above what they write, and end in deadlocks with them.
 */
async function lockAll(tx: Transaction<Schema>, tables: Tables): Promise<void> {
  const names = sql.join(tables.all.map(({ kind }) => sql.id(kind)))
  await sql`lock table ${names} in exclusive mode`.execute(tx)
}

async function removeOld(tx: Transaction<Schema>, table: Table, fates: readonly Fate[]): Promise<void> {
  const ids = fates.filter(({ isWritten }) => isWritten).map(({ id }) => id)
  if (ids.length > 0) await deleteRows(tx, table, ids)
}

async function insertNew(tx: Transaction<Schema>, table: Table, fates: readonly Fate[]): Promise<void> {
  const written = fates.flatMap(({ entity, isWritten, after }) =>
    entity === null || !isWritten ? [] : [{ entity, digest: after }],
  )
  await insertEntities(tx, table, written)
}

/** What stays as it is, but followers get it or lose it. */
async function turnOthers({ tx, tally }: Writing, table: Table, fates: readonly Fate[]): Promise<void> {
  const turned = fates.filter(
    ({ isWritten, before, after }) => !isWritten && (before === null) !== (after === null),
  )
  for (const fate of turned) tally.turn(table.kind, fate.id, fate.bytes, fate)
  if (turned.length > 0)
    await storeDigests(
      tx,
      table,
      turned.map(({ id, after }) => ({ id, digest: after })),
    )
}
