import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import { fromJournal, toJournalText } from '../journal/changes.ts'
import { inRounds, type Rounds, tryLock } from '../rounds.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'
import { attempt, type Permit, rewriteRows } from './rewrite-rows.ts'
import { JOURNALED, sealedBy } from './sealed-by.ts'

/**
 * Brings what is stored to what the keyring says: sealed with its first key, or in clear where sealing was switched off.
 * It can end at any moment and go on at the next start, since every row shows how it is sealed.
 */
export class Resealing {
  readonly #db: Database
  #left: number | null = null

  constructor(db: Database) {
    this.#db = db
  }

  /** Rows and revisions that are still to be stored anew, as of the last look; null before it, and without keys. */
  get left(): number | null {
    return this.#left
  }

  /** Until the signal aborts. Several instances take turns. */
  async run(rounds: Rounds): Promise<void> {
    await inRounds(this.#db, rounds, () => this.#round(rounds.signal))
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { keyring } = this.#db.tables
    if (keyring.ids.length === 0) return
    const fields = { key: keyring.sealsWith }
    const found = await countStale(this.#db)
    this.#left = found
    if (found === 0) return
    const what = keyring.sealsWith === null ? 'opening sealed secrets' : 'sealing secrets with the first key'
    this.#db.log.info({ ...fields, left: found }, what)
    const permit: Permit = async (tx) => !signal.aborted && (await tryLock(tx, 'resealing'))
    const stored = (rows: number) => {
      this.#left = Math.max(0, (this.#left ?? 0) - rows)
    }
    // What a writer had locked is stale still. Where nothing came of it, another instance is at it, or a row is damaged.
    for (let before = found + 1, left = found; left > 0 && left < before; ) {
      for (const table of secretTables(this.#db))
        await rewriteRows(this.#db, table, isStale(this.#db, sql`body`), permit, stored)
      await rewriteJournal(this.#db, permit, stored)
      before = left
      left = await countStale(this.#db)
      this.#left = left
    }
    this.#db.log.info({ ...fields, left: this.#left }, `${what}: done so far`)
  }
}

function secretTables({ tables }: Database): readonly Table[] {
  return tables.all.filter(({ secrets }) => secrets.length > 0)
}

function isStale({ tables: { keyring } }: Database, stored: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`${sealedBy(stored)} is distinct from ${keyring.sealsWith}::text`
}

/** A change of a kind that has secrets, and not a delete. */
function isStaleChange(db: Database): RawBuilder<boolean> {
  const kinds = secretTables(db).map(({ kind }) => kind)
  return sql<boolean>`(
    change->>'kind' = any(${kinds}::text[]) and change->'entity' <> 'null' and ${isStale(db, sql`change`)})`
}

async function countStale(db: Database): Promise<number> {
  const counts = secretTables(db).map(
    ({ kind }) => sql`(select count(*) from ${sql.id(kind)} where ${isStale(db, sql`body`)})`,
  )
  const journaled = sql`(select count(distinct revision) from ${JOURNALED} where ${isStaleChange(db)})`
  const { rows } = await db.withoutTimeout((kysely) =>
    sql<{ left: number }>`select ${sql.join([...counts, journaled], sql` + `)} as left`.execute(kysely),
  )
  return rows[0]?.left ?? 0
}

const REVISIONS = 20

interface JournalPage {
  readonly revision: number
  readonly changes: readonly object[]
  readonly exported: readonly object[] | null
}

async function rewriteJournal(db: Database, permit: Permit, stored: (rows: number) => void): Promise<void> {
  for (let after = 0; ; ) {
    const rows: readonly JournalPage[] = await db.transaction(async (tx) =>
      (await permit(tx)) ? await rewriteRevisions(tx, db, after) : [],
    )
    stored(rows.length)
    if (rows.length < REVISIONS) return
    after = rows.at(-1)?.revision ?? after
  }
}

async function rewriteRevisions(
  tx: Transaction<Schema>,
  db: Database,
  after: number,
): Promise<readonly JournalPage[]> {
  const { tables } = db
  const { rows } = await sql<JournalPage>`
    select revision, changes, exported from journal
    where revision > ${after} and exists (
      select from jsonb_array_elements(changes || coalesce(exported, '[]'::jsonb)) as change where ${isStaleChange(db)}
    )
    order by revision limit ${REVISIONS} for update skip locked`.execute(tx)
  const anew = (changes: readonly object[]) => toJournalText(tables, fromJournal(tables.keyring, changes))
  for (const { revision, changes, exported } of rows) {
    const texts = attempt(db.log, { revision }, () => [anew(changes), exported && anew(exported)])
    if (texts === undefined) continue
    const [changed, seen] = texts
    await sql`
      update journal set changes = ${changed}, exported = ${seen} where revision = ${revision}`.execute(tx)
  }
  return rows
}
