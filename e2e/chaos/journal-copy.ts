import pg from 'pg'
import { type JournalRow, journalAfter } from '../journal-rows.ts'
import type { Told } from '../older-config.ts'

/** What PostgreSQL holds at one moment: read from outside, and past all links. */
export interface Stored {
  readonly revision: number
  /** As 32 hex digits. */
  readonly hash: string
  /** What the journal adds up to. */
  readonly config: readonly Told[]
}

/** The config put together from the journal, of which each read takes in what is new. */
export class JournalCopy {
  readonly #url: () => string
  readonly #config = new Map<string, Told>()
  #revision = 0

  constructor(url: () => string) {
    this.#url = url
  }

  /** @throws when the database does not answer, while it is writing, and when the journal has a gap */
  async read(): Promise<Stored> {
    const client = new pg.Client(this.#url())
    await client.connect()
    try {
      await client.query('begin isolation level repeatable read read only')
      await assertQuiet(client)
      const { rows: heads } = await client.query<Head>('select revision, hash from journal_head')
      for (const row of await journalAfter(client, this.#revision)) this.#take(row)
      const [head] = heads
      if (head === undefined || Number(head.revision) !== this.#revision)
        throw new Error(`the journal ends at ${this.#revision}, its head is at ${head?.revision}`)
      const hash = BigInt(head.hash).toString(16).padStart(32, '0')
      return { revision: this.#revision, hash, config: [...this.#config.values()] }
    } finally {
      await client.end()
    }
  }

  #take({ revision, changes }: JournalRow): void {
    this.#revision = revision
    for (const { kind, id, entity } of changes) {
      if (entity === null) this.#config.delete(`${kind} ${id}`)
      else this.#config.set(`${kind} ${id}`, { kind, id, entity })
    }
  }
}

interface Head {
  readonly revision: string
  readonly hash: string
}

/** Of a broken link PostgreSQL may still have a transaction that nobody waits for any more, and which may yet commit. */
async function assertQuiet(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ query: string }>(
    'select query from pg_stat_activity where datname = current_database() and backend_xid is not null',
  )
  if (rows.length > 0) throw new Error(`the database is still writing: ${rows[0]?.query}`)
}
