import type { Entity } from '@biplane/entities'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { fromOffset, toOffset } from '../paging.ts'
import { isVisible, type Row, toEntity } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'
import { condition, selectFrom } from './key.ts'

export interface ListQuery {
  /** 1 to 1000. */
  readonly size: number
  /** From an earlier page: unpadded base64 of a JSON array that holds the id of the first row. */
  readonly offset?: string
  /** Only those that carry all, or any, of the tags. */
  readonly tags?: { readonly match: 'all' | 'any'; readonly of: readonly string[] }
  /** Only those whose reference field has this id (`{ service: '…' }`). */
  readonly references?: Readonly<Record<string, string>>
}

export interface Page {
  readonly rows: readonly Entity[]
  /** Where the next page starts; absent on the last one. */
  readonly offset?: string
}

/** The entities of a kind ordered by id. @throws DomainError invalid offset */
export async function listEntities(db: Kysely<Schema>, table: Table, query: ListQuery): Promise<Page> {
  const statement = pageStatement(table, query)
  if (statement === undefined) return { rows: [] }
  const { rows } = await statement.execute(db)
  const page = rows.slice(0, query.size).map((row) => toEntity(table, row))
  const next = rows[query.size]
  return next === undefined ? { rows: page } : { rows: page, offset: toOffset(String(next.id)) }
}

/** The rows of a page and one more. Undefined where there can be none. */
export function pageStatement(table: Table, query: ListQuery): RawBuilder<Row> | undefined {
  const conditions = conditionsOf(table, query)
  if (conditions === undefined) return undefined
  return sql<Row>`
    ${selectFrom(table)} where ${sql.join(conditions, sql` and `)}
    order by ${sql.ref(`${table.kind}.id`)} limit ${query.size + 1}`
}

export interface NewestQuery {
  readonly references: Readonly<Record<string, string>>
  readonly size: number
  /** How many of the newest are left out. */
  readonly skip: number
}

/** The entities below a parent, the newest first, and whether there are more. */
export async function listNewest(
  db: Kysely<Schema>,
  table: Table,
  { references, size, skip }: NewestQuery,
): Promise<{ readonly rows: readonly Entity[]; readonly more: boolean }> {
  const conditions = conditionsOf(table, { size, references })
  if (conditions === undefined) return { rows: [], more: false }
  const { rows } = await sql<Row>`
    ${selectFrom(table)} where ${sql.join(conditions, sql` and `)}
    order by created_at desc, id desc limit ${size + 1} offset ${skip}`.execute(db)
  return { rows: rows.slice(0, size).map((row) => toEntity(table, row)), more: rows.length > size }
}

/** Undefined when no row can fulfil them. */
function conditionsOf(
  table: Table,
  { offset, tags, references = {} }: ListQuery,
): RawBuilder<boolean>[] | undefined {
  const equal = Object.entries(references).map(([field, value]) => condition(table, { field, value }))
  if (equal.includes(undefined)) return undefined
  return [
    isVisible(table),
    ...equal.filter((each) => each !== undefined),
    ...(offset === undefined ? [] : [startsAt(table, offset)]),
    ...(tags === undefined ? [] : [tagged(table, tags)]),
  ]
}

function startsAt(table: Table, offset: string): RawBuilder<boolean> {
  const id = fromOffset(offset)
  return condition(table, { field: 'id', value: id }) === undefined
    ? sql<boolean>`false`
    : sql<boolean>`${sql.ref(`${table.kind}.id`)} >= ${id}`
}

function tagged(table: Table, { match, of }: NonNullable<ListQuery['tags']>): RawBuilder<boolean> {
  const operator = match === 'all' ? sql`@>` : sql`&&`
  return sql<boolean>`${sql.ref(`${table.kind}.tags`)} ${operator} ${of}::text[]`
}
