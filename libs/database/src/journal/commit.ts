import { type Digest, type EncodedChange, net } from '@biplane/protocol'
import { sql, type Transaction } from 'kysely'
import type { Schema } from '../schema.ts'
import { toJournalText } from './changes.ts'

/** All that one write made of the config. */
export interface Revised {
  /** What was written, exported or not. */
  readonly changes: readonly EncodedChange[]
  /** What followers get of it. */
  readonly exported: readonly EncodedChange[]
  /** What the exported changes add to the hash, modulo 2^128. */
  readonly step: Digest
  readonly author: string | null
}

/**
 * The last statement of every writing transaction. The lock of the head's row orders the revisions without a gap; nothing
 * is locked after it, so it is held for this round trip and the commit only.
 */
export async function commitRevision(tx: Transaction<Schema>, revised: Revised): Promise<number> {
  const { step, author } = revised
  // A transaction may write an entity more than once. Its revision tells what came of it.
  const [changes, exported] = [net(revised.changes), net(revised.exported)]
  const text = toJournalText(changes)
  const exportedText = toJournalText(exported)
  const bytes = exported.reduce((sum, change) => sum + (change.bytes?.length ?? 0), 0)
  const { rows } = await sql<{ revision: number }>`
    with head as (
      update journal_head
      set revision = revision + 1, hash = mod(hash + ${String(step)}::numeric, ${TWO_TO_128}::numeric)
      returning revision, hash
    )
    insert into journal (revision, hash, changes, exported, bytes, author)
    select revision, hash, ${text}::jsonb, ${exportedText === text ? null : exportedText}::jsonb, ${bytes}, ${author}
    from head
    returning revision`.execute(tx)
  const [row] = rows
  if (row === undefined) throw new Error('the journal has no head: its one row is missing')
  return row.revision
}

const TWO_TO_128 = String(1n << 128n)
