import { canonicalJson, type Entity, schemaViolation } from '@biplane/entities'
import { encodeEntity } from '@biplane/protocol'
import { sql, type Transaction } from 'kysely'
import { Overtaken } from '../failure.ts'
import { complete, isVisible, type Row, toEntity } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'
import type { Tables } from '../tables.ts'
import { descend, exportedDigest } from './exporting.ts'
import { condition, type Key } from './key.ts'
import { lockEntity } from './lock-entity.ts'
import { lockParents } from './references.ts'
import { relatedIn } from './related.ts'
import { fromStored, insertEntity, replaceEntity, selectRows } from './statements.ts'
import { requireStorable } from './storable.ts'
import type { Tally } from './tally.ts'
import { toViolation } from './violation.ts'

/** One write under way. */
export interface Writing {
  readonly tx: Transaction<Schema>
  readonly tables: Tables
  readonly tally: Tally
}

export async function findRow(
  { tx }: Writing,
  table: Table,
  key: Key,
  lock?: 'update',
): Promise<Row | undefined> {
  const matches = condition(table, key)
  if (matches === undefined) return undefined
  const visible = sql<boolean>`${matches} and ${isVisible(table)}`
  if (lock !== undefined) return await lockEntity(tx, table, visible, lock)
  const [row] = await selectRows(tx, table, visible)
  return row
}

/** @throws DomainError schema, primary key, unique or foreign key violation */
export async function insert(writing: Writing, table: Table, draft: Entity): Promise<Entity> {
  const { tx, tables, tally } = writing
  const entity = complete(table, draft)
  const parentsExported = await lockParents(tx, tables, table, entity)
  const bytes = await judge(writing, table, entity)
  const after = exportedDigest(table, entity, bytes, parentsExported)
  try {
    await insertEntity(tx, table, entity, after)
  } catch (error) {
    throw toViolation(error, table, entity)
  }
  tally.write(table.kind, entity.id, bytes, { before: null, after }, { was: null, is: entity })
  return entity
}

/**
 * Makes of a row what `next` says. What the result refers to must be locked before the row itself, so `next` is asked
 * first with the row as it was found, and again when someone changed it before the lock was had.
 * @param key under which the row was found, and must still be
 */
export async function replace(
  writing: Writing,
  table: Table,
  found: Row,
  key: Key,
  next: (current: Entity) => Entity,
): Promise<Entity> {
  const { tx, tables } = writing
  const first = complete(table, next(toEntity(table, found)))
  const parentsExported = await lockParents(tx, tables, table, first)
  const row = await lockAgain(writing, table, found, key)
  const entity = row === found ? first : complete(table, next(toEntity(table, row)))
  if (!refersToSame(table, first, entity)) throw new Overtaken()
  return await store(writing, table, row, entity, parentsExported)
}

/** A kind without references can be locked when it is found: nothing has to be locked before. */
export function firstLock(table: Table): 'update' | undefined {
  return table.references.length === 0 ? 'update' : undefined
}

/** The locked row; the found one itself if it is still the same. */
async function lockAgain({ tx }: Writing, table: Table, found: Row, key: Key): Promise<Row> {
  if (firstLock(table) !== undefined) return found
  const id = { field: 'id', value: String(found.id) }
  const conditions = [...[id, key].flatMap((each) => condition(table, each) ?? []), isVisible(table)]
  const row = await lockEntity(tx, table, sql<boolean>`${sql.join(conditions, sql` and `)}`, 'update')
  if (row === undefined) throw new Overtaken()
  return canonicalJson(toEntity(table, row)) === canonicalJson(toEntity(table, found)) &&
    hasSameDigest(row, found)
    ? found
    : row
}

/** Whether followers have it may have changed without a change of the entity. */
function hasSameDigest(a: Row, b: Row): boolean {
  return a.digest === null || b.digest === null ? a.digest === b.digest : a.digest.equals(b.digest)
}

function refersToSame(table: Table, a: Entity, b: Entity): boolean {
  return table.references.every(
    ({ field }) => canonicalJson(a[field] ?? null) === canonicalJson(b[field] ?? null),
  )
}

async function store(
  writing: Writing,
  table: Table,
  row: Row,
  entity: Entity,
  parentsExported: boolean,
): Promise<Entity> {
  const { tx, tables, tally } = writing
  const bytes = await judge(writing, table, entity)
  const before = fromStored(row.digest)
  const after = exportedDigest(table, entity, bytes, parentsExported)
  try {
    await replaceEntity(tx, table, entity, after)
  } catch (error) {
    throw toViolation(error, table, entity)
  }
  const made = { was: toEntity(table, row), is: entity }
  tally.write(table.kind, entity.id, bytes, { before, after }, made)
  if ((before === null) !== (after === null)) await descend(tx, tables, table, entity.id, tally)
  return entity
}

/** The canonical bytes, once the entity fits what it is linked with, which is locked by now. */
async function judge({ tx, tables }: Writing, { definition }: Table, entity: Entity): Promise<Uint8Array> {
  const bytes = encodeEntity(entity)
  requireStorable(entity, bytes)
  const errors = await definition.judgeLinks?.(entity, relatedIn(tx, tables))
  if (errors !== undefined) throw schemaViolation(errors)
  return bytes
}
