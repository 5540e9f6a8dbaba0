import { type Digest, type EncodedChange, net } from '@biplane/protocol'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { AuditRecord } from '../audit/record.ts'
import { auditing, toAuditText } from '../audit/tables.ts'
import type { Schema } from '../schema.ts'
import type { Tables } from '../tables.ts'
import { isSame, toJournalText } from './changes.ts'

/** All that one write made of the config. */
export interface Revised {
  /** What was written, exported or not. */
  readonly changes: readonly EncodedChange[]
  /** What followers get of it. */
  readonly exported: readonly EncodedChange[]
  /** What the exported changes add to the hash, modulo 2^128. */
  readonly step: Digest
  readonly author: string | null
  /** Null where no audit log is kept. */
  readonly audit: AuditRecord | null
}

/** A write as the journal is told of it; each member is a column of the `entry` that `revisions` needs. */
export interface JournalEntry {
  /** JSON. */
  readonly changes: string
  /** JSON; null where equal to `changes`. */
  readonly exported: string | null
  readonly bytes: number
  readonly author: string | null
  /** JSON. */
  readonly audit: string | null
  /** How many writes of the same transaction come after it. */
  readonly behind: number
  /** What those add to the hash, to be taken off: a number below 2^128, as all that is added is. */
  readonly back: Digest
  readonly step: Digest
}

/** The entries of writes that commit together, each a revision of its own, in this order. */
export function journalEntries(tables: Tables, writes: readonly Revised[]): readonly JournalEntry[] {
  let after = 0n
  const entries = writes.toReversed().map((write, behind) => {
    const entry = journalEntry(tables, write, behind, (MODULUS - after) % MODULUS)
    after = (after + write.step) % MODULUS
    return entry
  })
  return entries.reverse()
}

/**
 * The last statement of every writing transaction. The lock of the head's row orders the revisions without a gap; nothing
 * is locked after it, so it is held for this round trip and the commit only.
 */
export async function commitRevision(
  tx: Transaction<Schema>,
  tables: Tables,
  revised: Revised,
): Promise<number> {
  const { changes, exported, bytes, author, audit, step } = journalEntry(tables, revised, 0, 0n)
  const { rows } = await sql<{ revision: number }>`
    with entry as (
      select ${changes}::jsonb as changes, ${exported}::jsonb as exported, ${bytes}::bigint as bytes,
        ${author}::text as author, ${audit}::json as audit, 0 as behind, 0::numeric as back, ${String(step)}::numeric as step
    ), ${revisions(sql`true`)}`.execute(tx)
  const [row] = rows
  if (row === undefined) throw new Error('the journal has no head: its one row is missing')
  return row.revision
}

/**
 * The rest of a statement that has told of writes as rows of `entry`: it makes revisions of them where a condition holds,
 * and returns their numbers. All that the condition names is done before the head is locked. Whatever else is kept of a
 * revision is written here too, from `head cross join entry`: there may be several, each `head.revision - behind`. The head
 * is asked for by its key, so that the planner knows that there is one.
 */
export function revisions(condition: RawBuilder<boolean>): RawBuilder<unknown> {
  return sql`
    head as (
      update journal_head
      set revision = revision + (select count(*) from entry), hash = mod(hash + (select sum(step) from entry), ${TWO_TO_128})
      where single and ${condition}
      returning revision, hash
    ), ${auditing()}
    insert into journal (revision, hash, changes, exported, bytes, author)
    select head.revision - behind, mod(head.hash + back, ${TWO_TO_128}), changes, exported, bytes, author
    from head cross join entry
    returning revision`
}

const MODULUS = 1n << 128n
const TWO_TO_128 = sql.raw(`${MODULUS}::numeric`)

/** A transaction may write an entity more than once. Its revision tells what came of it. */
function journalEntry(
  tables: Tables,
  { changes, exported, step, author, audit }: Revised,
  behind: number,
  back: Digest,
): JournalEntry {
  const [written, seen] = [net(changes), net(exported)]
  const bytes = seen.reduce((sum, change) => sum + (change.bytes?.length ?? 0), 0)
  return {
    ...{
      changes: toJournalText(tables, written),
      exported: isSame(written, seen) ? null : toJournalText(tables, seen),
    },
    ...{ bytes, author },
    audit: audit && toAuditText(audit),
    ...{ behind, back, step },
  }
}
