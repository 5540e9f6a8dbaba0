import type { Entity } from '@biplane/entities'
import { type Digest, toHex } from '@biplane/protocol'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import { type Row, selected, toStored, writtenColumns } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'
import { toTooLong } from './violation.ts'

/** The rows that fulfil a condition, expired ones included, by id, so that transactions lock them in the same order. */
export async function selectRows(
  tx: Transaction<Schema>,
  table: Table,
  condition: RawBuilder<boolean>,
  lock?: 'update',
): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    select ${selected(table)} from ${sql.id(table.kind)}
    where ${condition} order by id ${lock === undefined ? sql`` : sql`for update`}`.execute(tx)
  return rows
}

export async function insertEntity(
  tx: Transaction<Schema>,
  table: Table,
  entity: Entity,
  digest: Digest | null,
): Promise<void> {
  await sql`
    insert into ${sql.id(table.kind)} (${namesIn(table)}, body, digest) values ${valuesOf(table, entity, digest)}`.execute(
    tx,
  )
}

/**
 * The same for many, in a few statements.
 * @throws DomainError for a text that is too long for its index
 */
export async function insertEntities(
  tx: Transaction<Schema>,
  table: Table,
  rows: readonly { readonly entity: Entity; readonly digest: Digest | null }[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const some = rows.slice(at, at + ROWS_AT_ONCE)
    const values = some.map(({ entity, digest }) => valuesOf(table, entity, digest))
    try {
      await sql`
        insert into ${sql.id(table.kind)} (${namesIn(table)}, body, digest) values ${sql.join(values)}`.execute(
        tx,
      )
    } catch (error) {
      throw toTooLong(
        error,
        table,
        some.map(({ entity }) => entity),
      )
    }
  }
}

function namesIn(table: Table): RawBuilder<unknown> {
  return sql.join(writtenColumns(table).map(({ name }) => sql.id(name)))
}

function valuesOf(table: Table, entity: Entity, digest: Digest | null): RawBuilder<unknown> {
  const { columns, body } = toStored(table, entity)
  return sql`(${sql.join([...columns, body, toBytes(digest)])})`
}

/** A statement has at most 65,535 parameters. */
const ROWS_AT_ONCE = 500

export async function replaceEntity(
  tx: Transaction<Schema>,
  table: Table,
  entity: Entity,
  digest: Digest | null,
): Promise<void> {
  const { columns, body } = toStored(table, entity)
  const assignments = writtenColumns(table).map(({ name }, i) => sql`${sql.id(name)} = ${columns[i]}`)
  await sql`
    update ${sql.id(table.kind)}
    set ${sql.join(assignments)}, body = ${body}, digest = ${toBytes(digest)}
    where id = ${entity.id}`.execute(tx)
}

/** Stores new digests of rows that are locked. */
export async function storeDigests(
  tx: Transaction<Schema>,
  table: Table,
  digests: readonly { readonly id: string; readonly digest: Digest | null }[],
): Promise<void> {
  const ids = digests.map(({ id }) => id)
  const values = digests.map(({ digest }) => toBytes(digest))
  await sql`
    update ${sql.id(table.kind)} set digest = changed.digest
    from unnest(${ids}::${idType(table)}[], ${values}::bytea[]) as changed (id, digest)
    where ${sql.ref(`${table.kind}.id`)} = changed.id`.execute(tx)
}

export async function deleteRows(
  tx: Transaction<Schema>,
  table: Table,
  ids: readonly string[],
): Promise<void> {
  await sql`delete from ${sql.id(table.kind)} where id = any(${ids}::${idType(table)}[])`.execute(tx)
}

/** A condition: the column holds one of the ids, which are of `type`. */
export function anyOf(
  table: Table,
  column: string,
  ids: readonly string[],
  type: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(`${table.kind}.${column}`)} = any(${ids}::${type}[])`
}

/** The SQL type of the ids of a table. */
export function idType(table: Table): RawBuilder<unknown> {
  return sql.raw(table.columns[0].type)
}

function toBytes(digest: Digest | null): Buffer | null {
  return digest === null ? null : Buffer.from(toHex(digest), 'hex')
}

export function fromStored(digest: Buffer | null): Digest | null {
  return digest === null ? null : BigInt(`0x${digest.toString('hex')}`)
}
