import type { Position } from '@biplane/protocol'
import { toHex } from '@biplane/protocol'
import type { Kysely } from 'kysely'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'

/** The newest committed revision, with the hash of all exported entities. @throws DatabaseUnavailable */
export async function readHead(db: Database): Promise<Position> {
  return await db.feed(headOf)
}

/** The head as a transaction sees it. */
export async function headOf(db: Kysely<Schema>): Promise<Position> {
  const { epoch, revision, hash } = await db
    .selectFrom('journal_head')
    .select(['epoch', 'revision', 'hash'])
    .executeTakeFirstOrThrow()
  return { epoch, revision, hash: toHex(BigInt(hash)) }
}
