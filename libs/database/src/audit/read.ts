import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database.ts'
import { badJson, offsetParts } from '../paging.ts'
import { type AuditedObject, shortened } from './record.ts'

/** Which part of the audit log is wanted, and how much of it. Filters that are absent let everything through. */
export interface AuditQuery {
  /** 1 to 1000. */
  readonly size: number
  /** From an earlier page. */
  readonly offset?: string
  readonly order: 'newest first' | 'oldest first'
  readonly revision?: number
  /** Only what came after this revision. */
  readonly afterRevision?: number
  /** Seconds since the epoch: from this moment on. */
  readonly after?: number
  /** Seconds since the epoch: until just before this moment. */
  readonly before?: number
  readonly who?: string
}

export interface AuditObjectsQuery extends AuditQuery {
  readonly kind?: string
  readonly id?: string
  readonly name?: string
  readonly operation?: string
}

/** One revision: who made it, from where, when and how. */
export interface AuditedRequest {
  readonly revision: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly requestId: string | null
  readonly address: string | null
  readonly who: string | null
  readonly role: string | null
  readonly method: string | null
  readonly path: string | null
  /** How many entities it changed. */
  readonly objects: number
}

export interface AuditPage<T> {
  readonly rows: readonly T[]
  /** Where the next page starts; absent on the last one. */
  readonly offset?: string
}

/** The revisions and who made them. @throws DomainError invalid offset */
export async function listAuditRequests(db: Database, query: AuditQuery): Promise<AuditPage<AuditedRequest>> {
  const { direction, place } = ordering(query, ['r.revision'])
  const { rows } = await db.run((kysely) =>
    sql<RequestRow>`
      select ${REQUEST} from audit_requests as r
      where ${sql.join([...place, ...conditionsOf(query, 'r')], sql` and `)}
      order by r.revision ${direction} limit ${query.size + 1}`.execute(kysely),
  )
  return paged(rows, query.size, toRequest, ({ revision }) => [revision])
}

export type AuditedChange = AuditedObject & AuditedRequest

/** What became of which entities, each with who did it. @throws DomainError invalid offset */
export async function listAuditObjects(
  db: Database,
  query: AuditObjectsQuery,
): Promise<AuditPage<AuditedChange>> {
  const { direction, place } = ordering(query, ['o.revision', 'o.item'])
  const { kind, id, name, operation } = query
  const conditions = [
    // Of both, since PostgreSQL does not see that what bounds the one bounds the other.
    ...[...place, ...conditionsOf(query, 'o'), ...conditionsOf(query, 'r')],
    ...equal('o.kind', kind),
    ...equal('o.entity_id', id),
    ...equal('o.name', name === undefined ? undefined : shortened(name)),
    ...equal('o.operation', operation),
  ]
  const { rows } = await db.run((kysely) =>
    sql<RequestRow & ObjectRow>`
      select ${REQUEST}, o.item, o.kind, o.entity_id, o.operation, o.name, o.fields
      from audit_objects as o join audit_requests as r using (revision)
      where ${sql.join(conditions, sql` and `)}
      order by o.revision ${direction}, o.item ${direction} limit ${query.size + 1}`.execute(kysely),
  )
  return paged(rows, query.size, toChange, ({ revision, item }) => [revision, item])
}

interface RequestRow {
  readonly revision: number
  readonly at: Date
  readonly request_id: string | null
  readonly client_ip: string | null
  readonly who: string | null
  readonly role: string | null
  readonly method: string | null
  readonly path: string | null
  readonly objects: number
}

interface ObjectRow {
  readonly item: number
  readonly kind: string
  readonly entity_id: string
  readonly operation: AuditedObject['operation']
  readonly name: string | null
  readonly fields: readonly string[] | null
}

const REQUEST = sql`r.revision, r.at, r.request_id, r.client_ip, r.who, r.role, r.method, r.path, r.objects`

function toRequest(row: RequestRow): AuditedRequest {
  const { revision, at, request_id, client_ip, who, role, method, path, objects } = row
  return {
    ...{ revision, at: at.getTime(), requestId: request_id, address: client_ip },
    ...{ who, role, method, path, objects },
  }
}

function toChange(row: RequestRow & ObjectRow): AuditedChange {
  const { kind, entity_id, operation, name, fields } = row
  return { ...toRequest(row), kind, id: entity_id, operation, name, fields }
}

/**
 * Times become revisions first, by the index of times: revisions follow each other in time, and pages are found by them
 * alone, however large the log is. (Where the clock was put back, "after" means after it first showed that time.)
 */
function conditionsOf(query: AuditQuery, alias: 'r' | 'o'): readonly RawBuilder<boolean>[] {
  const { revision, afterRevision, after, before, who } = query
  const column = sql.ref(`${alias}.revision`)
  return [
    sql<boolean>`true`,
    ...equal(`${alias}.revision`, revision),
    ...(afterRevision === undefined ? [] : [sql<boolean>`${column} > ${afterRevision}::bigint`]),
    ...(after === undefined ? [] : [sql<boolean>`${column} >= ${firstSince(after)}`]),
    ...(before === undefined
      ? []
      : [sql<boolean>`${column} < coalesce(${firstSince(before)}, 9223372036854775807)`]),
    ...(alias === 'r' ? equal('r.who', who) : []),
  ]
}

function firstSince(seconds: number): RawBuilder<number> {
  return sql`(
    select revision from audit_requests
    where at >= to_timestamp(${seconds}::double precision) order by at, revision limit 1)`
}

function equal(column: string, value: string | number | undefined): readonly RawBuilder<boolean>[] {
  if (value === undefined) return []
  return [sql<boolean>`${sql.ref(column)} = ${value}`]
}

/** @param columns that the list is ordered by, the revision first */
function ordering({ offset, order }: AuditQuery, columns: readonly string[]) {
  const [direction, beyond] =
    order === 'newest first' ? ([sql`desc`, sql`<=`] as const) : ([sql`asc`, sql`>=`] as const)
  if (offset === undefined) return { direction, place: [] }
  const at = readOffset(offset, columns.length).map((part) => sql`${part}::bigint`)
  const names = columns.map((name) => sql.ref(name))
  return {
    direction,
    place: [
      sql<boolean>`(${sql.join(names)}) ${beyond} (${sql.join(at)})`,
      sql<boolean>`r.revision ${beyond} ${at[0]}`,
    ],
  }
}

function readOffset(offset: string, parts: number): readonly number[] {
  const place = offsetParts(offset).filter((part) => typeof part === 'number' && Number.isSafeInteger(part))
  if (place.length !== parts) throw badJson(offset)
  return place.map(Number)
}

function paged<Stored, T>(
  rows: readonly Stored[],
  size: number,
  convert: (row: Stored) => T,
  placeOf: (row: Stored) => readonly number[],
): AuditPage<T> {
  const page = rows.slice(0, size).map(convert)
  const next = rows[size]
  if (next === undefined) return { rows: page }
  const text = JSON.stringify(placeOf(next))
  return { rows: page, offset: Buffer.from(text).toString('base64').replaceAll('=', '') }
}
