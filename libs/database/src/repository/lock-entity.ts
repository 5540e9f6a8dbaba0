import { type RawBuilder, sql, type Transaction } from 'kysely'
import { type Row, selected } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'

/**
 * The row of the one entity that fulfils a condition, locked: `share` keeps a parent as it is, `update` is for one about to
 * be written. It is had in the order of asking, by an advisory lock before the row's own. Those alone are not fair: while
 * children of an entity keep coming, each with a share, whoever wants to write it would never have its turn.
 */
export async function lockEntity(
  tx: Transaction<Schema>,
  table: Table,
  condition: RawBuilder<boolean>,
  lock: 'share' | 'update',
): Promise<Row | undefined> {
  const from = sql.id(table.kind)
  const wait = sql.raw(lock === 'share' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock')
  const { rows } = await sql<Row>`
    with found as materialized (select id::text as id from ${from} where ${condition}),
      turn as materialized (
        select ${wait}(hashtextextended(current_schema() || ${` ${table.kind} `}::text || id, 0)) from found
      )
    select ${selected(table)} from ${from} cross join turn
    where ${condition} for ${sql.raw(lock)} of ${from}`.execute(tx)
  return rows[0]
}
