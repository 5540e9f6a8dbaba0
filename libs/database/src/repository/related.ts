import { isUuid, type Kind, type Related } from '@biplane/entities'
import { sql, type Transaction } from 'kysely'
import { toEntity } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Tables } from '../tables.ts'
import { anyOf, idType, selectRows } from './statements.ts'

/** Reading inside the transaction of a write: for checks of an entity against those it is linked with. */
export function relatedIn(tx: Transaction<Schema>, tables: Tables): Related {
  const read = async (kind: Kind, column: string, id: string) => {
    const table = tables.of(kind)
    if (!isUuid(id)) return []
    const type = column === 'id' ? idType(table) : sql.raw('uuid')
    const rows = await selectRows(tx, table, anyOf(table, column, [id], type))
    return rows.map((row) => toEntity(table, row))
  }
  return {
    get: async (kind, id) => (await read(kind, 'id', id))[0],
    referencing: (kind, field, id) => read(kind, `${field}_id`, id),
  }
}
