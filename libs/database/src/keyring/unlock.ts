import { randomBytes } from 'node:crypto'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'
import type { Tables } from '../tables.ts'
import type { Keyring, Owner } from './keyring.ts'
import { KeyringRefusal } from './refusal.ts'
import { rewriteRows } from './rewrite-rows.ts'
import { JOURNALED, sealedBy } from './sealed-by.ts'

/**
 * Makes the keyring of a migrated database ready, which has to be done before anything else is asked of it: all that is sealed
 * can be opened, and every unique secret has the digest by which it is found. @throws KeyringRefusal for keys that do not
 * fit, DatabaseUnavailable
 */
export async function unlockKeyring(db: Database): Promise<void> {
  await db.withoutTimeout((kysely) =>
    kysely.transaction().execute(async (tx) => {
      await sql`lock table keyring in share row exclusive mode`.execute(tx)
      await unlock(tx, db.tables)
    }),
  )
  if (db.tables.keyring.ids.length === 0) return
  for (const table of db.tables.all) {
    if (table.digests.length > 0) await rewriteRows(db, table, lacksDigest(table))
  }
}

interface Registered {
  readonly id: string
  readonly digest_key: string
  readonly is_sealing: boolean
}

async function unlock(tx: Transaction<Schema>, tables: Tables): Promise<void> {
  const { keyring } = tables
  const registered = await tx.selectFrom('keyring').selectAll().orderBy('id').execute()
  // Nothing is sealed before a key is told here, so a database that has no keyring need not be searched.
  if (registered.length === 0 && keyring.ids.length === 0) return
  const used = await usedKeys(tx, tables)
  const missing = used.filter((id) => !keyring.ids.includes(id))
  if (missing.length > 0)
    throw new KeyringRefusal(
      `secrets in the database are sealed with ${named(missing)}, which keyring_keys does not name: they cannot be read without`,
    )
  if (keyring.ids.length === 0) return await leave(tx, tables, registered)
  const known = openDigestKey(keyring, registered)
  const digestKey = known ?? randomBytes(32)
  if (known === null) await forgetDigests(tx, tables)
  keyring.useDigestKey(digestKey)
  await register(tx, keyring, digestKey)
}

/** Without keys, there must be nothing that needs one. */
async function leave(
  tx: Transaction<Schema>,
  tables: Tables,
  registered: readonly Registered[],
): Promise<void> {
  if (registered.some(({ is_sealing }) => is_sealing))
    throw new KeyringRefusal(
      `the keyring of the database is on, and keyring_keys names none of its keys: ${named(registered.map(({ id }) => id))}; to switch it off, start with the keys and keyring_enabled=off first`,
    )
  await forgetDigests(tx, tables)
  await tx.deleteFrom('keyring').execute()
}

/** Null where none was made yet. */
function openDigestKey(keyring: Keyring, registered: readonly Registered[]): Buffer | null {
  const ours = registered.filter(({ id }) => keyring.ids.includes(id))
  if (registered.length > 0 && ours.length === 0)
    throw new KeyringRefusal(
      `the keyring of the database has ${named(registered.map(({ id }) => id))}, and keyring_keys names none of that`,
    )
  const [opened = null] = ours.map((row) => openOne(keyring, row))
  return opened
}

function openOne(keyring: Keyring, { id, digest_key }: Registered): Buffer {
  try {
    return Buffer.from(keyring.open(ownerOf(id), digest_key), 'base64')
  } catch (cause) {
    throw new KeyringRefusal(
      `keyring_keys gives another key than the one that the database knows as '${id}': what that one sealed cannot be read`,
      { cause },
    )
  }
}

/** Only the keys that were given, so that one that was taken away may come back as another. */
async function register(tx: Transaction<Schema>, keyring: Keyring, digestKey: Buffer): Promise<void> {
  await tx.deleteFrom('keyring').execute()
  const rows = keyring.ids.map((id) => ({
    id,
    digest_key: keyring.seal(id, ownerOf(id), digestKey.toString('base64')),
    is_sealing: keyring.sealsWith !== null,
  }))
  await tx.insertInto('keyring').values(rows).execute()
}

const ownerOf = (id: string): Owner => ({ kind: 'keyring', id })

async function usedKeys(tx: Transaction<Schema>, tables: Tables): Promise<readonly string[]> {
  const selects = tables.all
    .filter(({ secrets }) => secrets.length > 0)
    .map(({ kind }) => sql`select ${sealedBy(sql`body`)} as id from ${sql.id(kind)}`)
  const journal = sql`select ${sealedBy(sql`change`)} as id from ${JOURNALED}`
  const { rows } = await sql<{ id: string }>`
    select id from (${sql.join([...selects, journal], sql` union `)}) as used where id is not null order by id`.execute(
    tx,
  )
  return rows.map(({ id }) => id)
}

async function forgetDigests(tx: Transaction<Schema>, tables: Tables): Promise<void> {
  for (const { kind, digests } of tables.all) {
    for (const { name } of digests)
      await sql`update ${sql.id(kind)} set ${sql.id(name)} = null where ${sql.id(name)} is not null`.execute(
        tx,
      )
  }
}

/** Of a row that a release or a process without keys wrote, or whose digest was forgotten. */
function lacksDigest({ columns, digests }: Tables['all'][number]): RawBuilder<boolean> {
  const lacking = digests.map(({ field, name }) => {
    const column = columns.find((each) => each.field === field)?.name ?? field
    return sql`(${sql.id(name)} is null and (${sql.id(column)} is not null or ${sealedBy(sql`body`)} is not null))`
  })
  return sql<boolean>`(${sql.join(lacking, sql` or `)})`
}

function named(ids: readonly string[]): string {
  const quoted = ids.map((id) => `'${id}'`).join(', ')
  return ids.length === 1 ? `the key ${quoted}` : `the keys ${quoted}`
}
