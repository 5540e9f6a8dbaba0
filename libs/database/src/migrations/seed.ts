import { randomUUID } from 'node:crypto'
import { seeds } from '@biplane/entities'
import { encodeEntity } from '@biplane/protocol'
import { sql, type Transaction } from 'kysely'
import { commitRevision } from '../journal/commit.ts'
import { exportedDigest } from '../repository/exporting.ts'
import { insertEntity } from '../repository/statements.ts'
import { Tally } from '../repository/tally.ts'
import { complete } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Tables } from '../tables.ts'

/** Makes revision 1: what every config holds, so that no cluster's hash is that of "never received". */
export async function seed(tx: Transaction<Schema>, tables: Tables): Promise<void> {
  const { rows } = await sql<{
    now: number
  }>`select extract(epoch from clock_timestamp())::bigint as now`.execute(tx)
  const now = rows[0]?.now ?? 0
  const tally = new Tally()
  for (const [kind, draft] of seeds(randomUUID(), now)) {
    const table = tables.of(kind)
    const entity = complete(table, draft)
    const bytes = encodeEntity(entity)
    const after = exportedDigest(table, entity, bytes, true)
    await insertEntity(tx, table, entity, after)
    tally.write(kind, entity.id, bytes, { before: null, after }, { was: null, is: entity })
  }
  await commitRevision(tx, tables, { ...tally, author: 'migration', audit: null })
}
