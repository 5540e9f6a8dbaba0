import type { ClientBase } from 'pg'
import type { Row } from './client.ts'

/** One revision as nodes of the newest release get it. */
export interface JournalRow {
  readonly revision: number
  readonly changes: readonly JournalChange[]
}

export interface JournalChange {
  readonly kind: string
  readonly id: string
  /** Null where it is deleted. */
  readonly entity: Row | null
}

/**
 * The rows of the journal behind a revision, in their order.
 *
 * @throws when one is missing
 */
export async function journalAfter(client: ClientBase, revision: number): Promise<readonly JournalRow[]> {
  const { rows } = await client.query<{ revision: string; changes: readonly JournalChange[] }>(
    'select revision, coalesce(exported, changes) as changes from journal where revision > $1 order by revision',
    [revision],
  )
  return rows.map((row, index) => {
    const next = revision + 1 + index
    if (Number(row.revision) !== next)
      throw new Error(`revision ${row.revision} of the journal follows ${next - 1}`)
    return { revision: next, changes: row.changes }
  })
}
