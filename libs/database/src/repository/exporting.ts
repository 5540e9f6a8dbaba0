import type { Entity, Kind } from '@biplane/entities'
import { type Digest, digest, encodeEntity } from '@biplane/protocol'
import { sql, type Transaction } from 'kysely'
import { type Row, referenceId, toEntity } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'
import type { Tables } from '../tables.ts'
import { anyOf, fromStored, idType, selectRows, storeDigests } from './statements.ts'
import type { Tally } from './tally.ts'

/** The digest of an entity that followers get; null for one they do not: it says no itself, or they lack what it refers to. */
export function exportedDigest(
  table: Table,
  entity: Entity,
  bytes: Uint8Array,
  parentsExported: boolean,
): Digest | null {
  if (!parentsExported || !table.definition.exportedWhen(entity)) return null
  return digest(table.kind, entity.id, bytes)
}

/**
 * Carries it down when followers get or lose an entity: what refers to it, directly or not, may have to follow. Each
 * row is judged once, after all that it refers to.
 */
export async function descend(
  tx: Transaction<Schema>,
  tables: Tables,
  from: Table,
  id: string,
  tally: Tally,
): Promise<void> {
  const turned = new Map<Kind, readonly string[]>([[from.kind, [id]]])
  for (const table of tables.all) {
    const conditions = table.references.flatMap(({ column, to }) => {
      const ids = turned.get(to)
      const parent = tables.get(to)
      return ids === undefined || parent === undefined ? [] : [anyOf(table, column, ids, idType(parent))]
    })
    if (conditions.length === 0) continue
    const rows = await selectRows(tx, table, sql`(${sql.join(conditions, sql` or `)})`, 'update')
    const ids = await turnRows(tx, tables, table, rows, tally)
    if (ids.length > 0) turned.set(table.kind, ids)
  }
}

/** Re-judges locked rows; returns the ids of those that followers get or lose. */
async function turnRows(
  tx: Transaction<Schema>,
  tables: Tables,
  table: Table,
  rows: readonly Row[],
  tally: Tally,
): Promise<readonly string[]> {
  const parentsExported = await judgeParents(tx, tables, table, rows)
  const turned: { id: string; digest: Digest | null }[] = []
  for (const row of rows) {
    const entity = toEntity(table, row)
    const bytes = encodeEntity(entity)
    const before = fromStored(row.digest)
    const after = exportedDigest(table, entity, bytes, parentsExported(entity))
    if ((before === null) === (after === null)) continue
    tally.turn(table.kind, entity.id, bytes, { before, after })
    turned.push({ id: entity.id, digest: after })
  }
  if (turned.length > 0) await storeDigests(tx, table, turned)
  return turned.map(({ id }) => id)
}

/** Read after the rows were locked: whoever changes a parent meanwhile waits for these rows and judges them again. */
async function judgeParents(
  tx: Transaction<Schema>,
  tables: Tables,
  table: Table,
  rows: readonly Row[],
): Promise<(entity: Entity) => boolean> {
  const exported = new Map<string, ReadonlySet<string>>()
  for (const { field, column, to } of table.references) {
    const parent = tables.get(to)
    if (parent === undefined) continue
    const ids = new Set(rows.map((row) => row[column]).filter((id) => typeof id === 'string'))
    exported.set(field, await exportedAmong(tx, parent, [...ids]))
  }
  return (entity) =>
    table.references.every(({ field }) => {
      const id = referenceId(entity[field] ?? null)
      return id === null || exported.get(field)?.has(id) === true
    })
}

async function exportedAmong(
  tx: Transaction<Schema>,
  table: Table,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.id(table.kind)}
    where digest is not null and ${anyOf(table, 'id', ids, idType(table))}`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}
