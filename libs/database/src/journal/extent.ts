import { type Position, toHex } from '@biplane/protocol'
import { sql } from 'kysely'
import type { Database } from '../database.ts'

/** From where to where the journal reaches. It has no gap. */
export interface JournalExtent {
  readonly head: Position
  /** The oldest revision that followers can still be brought forward from, and when it was written, in milliseconds. */
  readonly oldest: { readonly revision: number; readonly at: number } | null
}

/** @throws DatabaseUnavailable */
export async function journalExtent(db: Database): Promise<JournalExtent> {
  const { rows } = await db.run((kysely) =>
    sql<{ epoch: string; revision: number; hash: string; oldest: number | null; at: Date | null }>`
      select head.epoch, head.revision, head.hash::text, oldest.revision as oldest, oldest.at
      from journal_head as head
        left join lateral (select revision, at from journal order by revision limit 1) as oldest on true`.execute(
      kysely,
    ),
  )
  const [row] = rows
  if (row === undefined) throw new Error('the journal has no head')
  const { epoch, revision, hash, oldest, at } = row
  return {
    head: { epoch, revision, hash: toHex(BigInt(hash)) },
    oldest: oldest === null || at === null ? null : { revision: oldest, at: at.getTime() },
  }
}
