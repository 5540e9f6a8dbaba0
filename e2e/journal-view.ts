import pg from 'pg'
import type { Stack } from './stack.ts'

/** The journal as PostgreSQL holds it, read from outside. */
export interface JournalView {
  readonly revisions: readonly number[]
  /** The database keeps the hash as a number; here it is the 32 hex digits that nodes report. */
  readonly head: { readonly revision: number; readonly hash: string }
}

export async function readJournal({ database }: Stack): Promise<JournalView> {
  const client = new pg.Client(database.url())
  await client.connect()
  try {
    const { rows } = await client.query<{ revision: string }>(
      'select revision from journal order by revision',
    )
    const { rows: heads } = await client.query<{ revision: string; hash: string }>(
      'select revision, hash from journal_head',
    )
    const head = heads[0]
    if (head === undefined) throw new Error('the journal has no head')
    return {
      revisions: rows.map(({ revision }) => Number(revision)),
      head: { revision: Number(head.revision), hash: BigInt(head.hash).toString(16).padStart(32, '0') },
    }
  } finally {
    await client.end()
  }
}

/** The names of all rows of a kind's table. */
export async function readNames({ database }: Stack, table: string): Promise<Set<string>> {
  const client = new pg.Client(database.url())
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `select name from ${client.escapeIdentifier(table)}`,
    )
    return new Set(rows.map(({ name }) => name))
  } finally {
    await client.end()
  }
}
