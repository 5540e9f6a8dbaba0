import { isUuid, type Kind } from '@biplane/entities'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database.ts'
import { badJson, offsetParts, toOffset } from '../paging.ts'
import { isVisible } from '../row.ts'
import type { Table } from '../table.ts'
import type { Tables } from '../tables.ts'

/** One tag of one entity. */
export interface Tagging {
  readonly tag: string
  readonly kind: Kind
  readonly id: string
}

export interface TagsQuery {
  /** 1 to 1000. */
  readonly size: number
  /** From an earlier page. */
  readonly offset?: string
  /** Only this one. */
  readonly tag?: string
}

export interface TagsPage {
  readonly rows: readonly Tagging[]
  /** Where the next page starts; absent on the last one. */
  readonly offset?: string
}

/** Every tag of every entity of every kind, ordered by the entity's id. @throws DomainError invalid offset */
export async function listTags(db: Database, query: TagsQuery): Promise<TagsPage> {
  const { size } = query
  const { rows } = await db.run((kysely) => tagsStatement(db.tables, query).execute(kysely))
  const page = rows.slice(0, size).map(({ id, kind, tag }) => ({ id, kind, tag }))
  const next = rows[size]
  return next === undefined ? { rows: page } : { rows: page, offset: toOffset(next.id, next.kind, next.nth) }
}

/** The rows of a page and one more. @throws DomainError invalid offset */
export function tagsStatement(tables: Tables, { size, offset, tag }: TagsQuery): RawBuilder<NthTagging> {
  const from = offset === undefined ? undefined : readOffset(offset)
  const tagged = tables.all
    .filter(({ definition }) => definition.fields.tags !== undefined)
    .map((table) => sql`(${taggedIn(table, size, from?.id, tag)})`)
  const after =
    from === undefined ? sql`true` : sql`(id, kind, nth) >= (${from.id}, ${from.kind}, ${from.nth})`
  const wanted = tag === undefined ? sql`true` : sql`tag = ${tag}`
  return sql<NthTagging>`
    select id, kind, tag, nth::int
    from (${sql.join(tagged, sql` union all `)}) as entity, unnest(tags) with ordinality as each (tag, nth)
    where ${after} and ${wanted}
    order by id, kind, nth limit ${size + 1}`
}

interface NthTagging extends Tagging {
  readonly nth: number
}

/** As many entities of one kind as a page may need: each has a tag for it, but for the first, whose tags may have been told. */
function taggedIn(table: Table, size: number, from: string | undefined, tag: string | undefined) {
  const start = from === undefined ? sql`true` : sql`id >= ${from}`
  const has = tag === undefined ? sql`tags <> '{}'` : sql`tags @> array[${tag}]::text[]`
  return sql`
    select id, ${sql.lit(table.kind)} collate "C" as kind, tags from ${sql.id(table.kind)}
    where ${start} and ${has} and ${isVisible(table)} order by id limit ${size + 2}`
}

function readOffset(offset: string): { readonly id: string; readonly kind: string; readonly nth: number } {
  const [id, kind, nth] = offsetParts(offset)
  if (typeof id !== 'string' || !isUuid(id) || typeof kind !== 'string' || kind.includes('\0'))
    throw badJson(offset)
  if (typeof nth !== 'number' || !Number.isSafeInteger(nth)) throw badJson(offset)
  return { id, kind, nth }
}
