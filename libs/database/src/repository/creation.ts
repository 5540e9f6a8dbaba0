import { type Entity, isUuid } from '@biplane/entities'
import { encodeEntity, toHex } from '@biplane/protocol'
import { type RawBuilder, sql } from 'kysely'
import { type JournalEntry, type Revised, revisions } from '../journal/commit.ts'
import { complete, isVisible, referenceId, toStored, writtenColumns } from '../row.ts'
import type { ReferenceColumn, Table } from '../table.ts'
import type { Tables } from '../tables.ts'
import { exportedDigest } from './exporting.ts'
import { requireStorable } from './storable.ts'
import { Tally } from './tally.ts'

/** A new entity of which the database itself can judge whether it fits what is there. */
export interface Creation {
  readonly entity: Entity
  /** The entity's row as JSON, by column. */
  readonly row: string
  readonly revised: Revised
}

/**
 * Undefined where more has to be asked than whether what the entity refers to is there, and followers have it.
 * @throws DomainError for an entity that PostgreSQL cannot hold
 */
export function creationOf(
  tables: Tables,
  table: Table,
  draft: Entity,
  revised: (tally: Tally) => Revised,
): Creation | undefined {
  if (table.definition.judgeLinks !== null) return undefined
  const entity = complete(table, draft)
  if (!table.references.every((reference) => canBeFound(tables, reference, entity))) return undefined
  const bytes = encodeEntity(entity)
  requireStorable(entity, bytes)
  const after = exportedDigest(table, entity, bytes, true)
  const tally = new Tally()
  tally.write(table.kind, entity.id, bytes, { before: null, after }, { was: null, is: entity })
  const stored = toStored(table, entity)
  const columns = writtenColumns(table).map(
    ({ name }, i) => `${JSON.stringify(name)}:${JSON.stringify(stored.columns[i])}`,
  )
  const digest = after === null ? 'null' : `"\\\\x${toHex(after)}"`
  const row = `{${columns.join(',')},"body":${stored.body},"digest":${digest}}`
  return { entity, row, revised: revised(tally) }
}

/** What `createStatement` takes, in the order in which revisions are to be made. */
export function createParameter(creations: readonly Creation[], entries: readonly JournalEntry[]): string {
  const members = entries.map(({ changes, exported, bytes, author, audit, behind, back, step }, i) => {
    const told = { bytes, author, behind, back: String(back), step: String(step) }
    const rest = JSON.stringify(told).slice(1)
    return `{"entity":${creations[i]?.row},"changes":${changes},"exported":${exported},"audit":${audit},${rest}`
  })
  return `[${members.join(',')}]`
}

/**
 * Creates entities of one kind, each a revision of its own, and returns those; all or none. It is a transaction by itself, so
 * that the head is locked for no round trip at all. None are made, and nothing is returned, where something that they refer
 * to is missing, or followers lack it, or another transaction is about to write it: that one has its turn first.
 */
export function createStatement(tables: Tables, table: Table): RawBuilder<unknown> {
  const on = sql.id(table.kind)
  const columns = sql.join(
    [...writtenColumns(table).map(({ name }) => name), 'body', 'digest'].map((name) => sql.id(name)),
  )
  const links = table.references.flatMap((reference) => {
    const parent = tables.get(reference.to)
    return parent === undefined ? [] : [{ reference, parent }]
  })
  const locks = links.map(({ reference, parent }) => sql`${lockedParents(reference, parent)},`)
  const allHad = links.map(
    ({ reference: { column } }) =>
      sql`and (select count(*) from ${sql.id(`had ${column}`)}) = (select count(*) from ${sql.id(`turn ${column}`)})`,
  )
  return sql`
    with entry as materialized (
      select * from json_to_recordset($1::json) as each (
        entity json, changes jsonb, exported jsonb, bytes bigint, author text, audit json, behind int, back numeric, step numeric
      )
    ), fresh as materialized (
      select stored.* from entry cross join json_populate_record(null::${on}, entity) as stored
    ), ${sql.join(locks, sql` `)} made as (
      insert into ${on} (${columns}) select ${columns} from fresh where true ${sql.join(allHad, sql` `)}
      returning 1
    ), ${revisions(sql`(select count(*) from made) = (select count(*) from entry)`)}`
}

function canBeFound(tables: Tables, { field, to }: ReferenceColumn, entity: Entity): boolean {
  const value = entity[field] ?? null
  return value === null || (tables.get(to) !== undefined && isUuid(referenceId(value) ?? ''))
}

/** As `lockEntity` does it, but for waiting. */
function lockedParents({ column }: ReferenceColumn, parent: Table): RawBuilder<unknown> {
  const from = sql.id(parent.kind)
  const turn = sql.id(`turn ${column}`)
  return sql`
    ${turn} as materialized (
      select id, pg_try_advisory_xact_lock_shared(
        hashtextextended(current_schema() || ${sql.lit(` ${parent.kind} `)} || id::text, 0)
      ) as mine
      from (select distinct ${sql.id(column)} as id from fresh where ${sql.id(column)} is not null) as parent
    ), ${sql.id(`had ${column}`)} as materialized (
      select from ${from}
      where id = any(array(select id from ${turn} where mine)) and digest is not null and ${isVisible(parent)}
      for share skip locked
    )`
}
