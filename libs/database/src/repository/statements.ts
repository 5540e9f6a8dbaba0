import type { Entity } from '@biplane/entities'
import { type Digest, toHex } from '@biplane/protocol'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import { bodyText, columnValues, type Row, selected } from '../row.ts'
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
  const names = sql.join(table.columns.map(({ name }) => sql.id(name)))
  await sql`
    insert into ${sql.id(table.kind)} (${names}, body, digest)
    values (${sql.join(columnValues(table, entity))}, ${bodyText(table, entity)}, ${toStored(digest)})`.execute(
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
  const names = sql.join(table.columns.map(({ name }) => sql.id(name)))
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const some = rows.slice(at, at + ROWS_AT_ONCE)
    const values = some.map(
      ({ entity, digest }) =>
        sql`(${sql.join(columnValues(table, entity))}, ${bodyText(table, entity)}, ${toStored(digest)})`,
    )
    try {
      await sql`insert into ${sql.id(table.kind)} (${names}, body, digest) values ${sql.join(values)}`.execute(
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

/** A statement has at most 65,535 parameters. */
const ROWS_AT_ONCE = 500

export async function replaceEntity(
  tx: Transaction<Schema>,
  table: Table,
  entity: Entity,
  digest: Digest | null,
): Promise<void> {
  const values = columnValues(table, entity)
  const assignments = table.columns.map(({ name }, i) => sql`${sql.id(name)} = ${values[i]}`)
  await sql`
    update ${sql.id(table.kind)}
    set ${sql.join(assignments)}, body = ${bodyText(table, entity)}, digest = ${toStored(digest)}
    where id = ${entity.id}`.execute(tx)
}

/** Stores new digests of rows that are locked. */
export async function storeDigests(
  tx: Transaction<Schema>,
  table: Table,
  digests: readonly { readonly id: string; readonly digest: Digest | null }[],
): Promise<void> {
  const ids = digests.map(({ id }) => id)
  const values = digests.map(({ digest }) => toStored(digest))
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

function toStored(digest: Digest | null): Buffer | null {
  return digest === null ? null : Buffer.from(toHex(digest), 'hex')
}

export function fromStored(digest: Buffer | null): Digest | null {
  return digest === null ? null : BigInt(`0x${digest.toString('hex')}`)
}
