import {
  type EncodedChange,
  fromHex,
  type Position,
  type Revisioned,
  samePosition,
  toHex,
} from '@biplane/protocol'
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { fromJournal } from './changes.ts'
import { readHead } from './head.ts'

export interface ReadLimits {
  readonly revisions: number
  /** Bytes of changes; the first revision is given whatever its size. */
  readonly bytes: number
}

/**
 * The exported changes of the revisions that follow `position`, in order without a gap; none when it is the head. `gone`
 * when the journal does not hold that very position (trimmed, ahead, another hash, another epoch): only a snapshot helps.
 */
export async function changesAfter(
  db: Database,
  position: Position,
  limits: ReadLimits,
): Promise<readonly Revisioned<EncodedChange>[] | 'gone'> {
  const rows = await readAfter(db, position, limits)
  if (rows.length === 0) return samePosition(await readHead(db), position) ? [] : 'gone'
  return rows.map(({ revision, hash, changes }) => ({
    revision,
    hash: toHex(BigInt(hash)),
    changes: fromJournal(db.tables.keyring, changes),
  }))
}

interface JournalPage {
  readonly revision: number
  readonly hash: string
  readonly changes: readonly object[]
}

/** One statement, so one state of the journal: what follows a position that is in it, has no gap. */
async function readAfter(
  db: Database,
  position: Position,
  limits: ReadLimits,
): Promise<readonly JournalPage[]> {
  const { epoch, revision, hash } = position
  const { rows } = await db.feed((kysely) =>
    sql<JournalPage>`
      select revision, hash, coalesce(exported, changes) as changes
      from (
        select *, sum(bytes) over (order by revision) as total
        from journal
        where revision > ${revision} and revision <= ${revision + limits.revisions}
          and exists (
            select from journal known, journal_head
            where known.revision = ${revision} and known.hash = ${String(fromHex(hash))}::numeric and epoch::text = ${epoch}
          )
      ) as page
      where total <= ${limits.bytes} or revision = ${revision + 1}
      order by revision`.execute(kysely),
  )
  return rows
}
