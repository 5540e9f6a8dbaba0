import { randomUUID } from 'node:crypto'
import type { Entity, Kind } from '@biplane/entities'
import { encodeEntity } from '@biplane/protocol'
import { sql, type Transaction } from 'kysely'
import { commitRevision } from '../journal/commit.ts'
import { exportedDigest } from '../repository/exporting.ts'
import { insertEntity } from '../repository/statements.ts'
import { Tally } from '../repository/tally.ts'
import { complete } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Tables } from '../tables.ts'

/** The same in every cluster: what nodes call the workspace that everything is in. */
export const DEFAULT_WORKSPACE = '0dc6f45b-8f8d-40d2-a504-473544ee190b'

/** Makes revision 1: what every config holds, so that no cluster's hash is that of "never received". */
export async function seed(tx: Transaction<Schema>, tables: Tables): Promise<void> {
  const { rows } = await sql<{
    now: number
  }>`select extract(epoch from clock_timestamp())::bigint as now`.execute(tx)
  const now = rows[0]?.now ?? 0
  const tally = new Tally()
  for (const [kind, draft] of seeds(now)) {
    const table = tables.of(kind)
    const entity = complete(table, draft)
    const bytes = encodeEntity(entity)
    const after = exportedDigest(table, entity, bytes, true)
    await insertEntity(tx, table, entity, after)
    tally.write(kind, entity.id, bytes, { before: null, after })
  }
  await commitRevision(tx, { ...tally, author: 'migration' })
}

function seeds(now: number): readonly (readonly [Kind, Entity])[] {
  return [
    ['parameters', { id: 'cluster_id', key: 'cluster_id', value: randomUUID(), created_at: now }],
    [
      'workspaces',
      { id: DEFAULT_WORKSPACE, name: 'default', created_at: now, updated_at: now, meta: {}, config: {} },
    ],
  ]
}
