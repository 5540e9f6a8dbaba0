import { type Kysely, sql } from 'kysely'
import type { Schema } from '../schema.ts'

/** Each row holds what digests are made with, sealed by one key: whoever has any of the keys can open it, and so is told a wrong one. */
export async function createKeyring(db: Kysely<Schema>): Promise<void> {
  await sql`
    create table keyring (
      id text collate "C" primary key,
      digest_key text not null,
      is_sealing boolean not null
    )`.execute(db)
}
