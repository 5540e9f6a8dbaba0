import {
  advance,
  type Digest,
  digest,
  type EncodedChange,
  encodeEntity,
  type Position,
  toHex,
} from '@biplane/protocol'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import { type Row, selected, toEntity } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'
import { headOf } from './head.ts'

/** All exported entities at one position, parents before children. `changes` can be read once, and is checked against the hash at its end. */
export interface ConfigSnapshot {
  readonly position: Position
  readonly changes: AsyncIterable<EncodedChange>
}

/**
 * Lends a snapshot of the config, in constant memory, for as long as `use` runs. It holds one connection of the feed,
 * which the database ends when the reader pauses for more than twice the time-out. @throws DatabaseUnavailable
 */
export async function readSnapshot<T>(
  db: Database,
  use: (snapshot: ConfigSnapshot) => Promise<T>,
): Promise<T> {
  return await db.feed((kysely) =>
    kysely
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        const position = await headOf(tx)
        return await use({ position, changes: exportedEntities(tx, db.tables.all, position) })
      }),
  )
}

const PAGE = 500

async function* exportedEntities(
  tx: Transaction<Schema>,
  tables: readonly Table[],
  position: Position,
): AsyncGenerator<EncodedChange> {
  let sum: Digest = 0n
  for (const table of tables) {
    for await (const row of exportedRows(tx, table)) {
      const entity = toEntity(table, row)
      const bytes = encodeEntity(entity)
      const found = digest(table.kind, entity.id, bytes)
      if (row.digest?.toString('hex') !== toHex(found))
        throw damaged(`${table.kind} ${entity.id} is not what was journaled`, position)
      sum = advance(sum, found, 0n)
      yield { kind: table.kind, id: entity.id, bytes }
    }
  }
  if (toHex(sum) !== position.hash) throw damaged(`they add up to ${toHex(sum)}`, position)
}

async function* exportedRows(tx: Transaction<Schema>, table: Table): AsyncGenerator<Row> {
  let after: string | null = null
  do {
    const rows: readonly Row[] = await pageAfter(tx, table, after)
    yield* rows
    after = rows.length === PAGE ? String(rows.at(-1)?.id) : null
  } while (after !== null)
}

async function pageAfter(
  tx: Transaction<Schema>,
  table: Table,
  after: string | null,
): Promise<readonly Row[]> {
  const beyond = after === null ? sql`` : sql`and id > ${after}`
  const { rows } = await sql<Row>`
    select ${selected(table)} from ${sql.id(table.kind)}
    where digest is not null ${beyond} order by id limit ${PAGE}`.execute(tx)
  return rows
}

/** A write that bypassed the repository, a row that was changed by hand, or a bug: followers must not get it. */
function damaged(what: string, { revision, hash }: Position): Error {
  return new Error(
    `the exported rows are not the config of revision ${revision} with the hash ${hash}: ${what}`,
  )
}
