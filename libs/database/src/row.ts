import type { Entity, Json } from '@biplane/entities'
import { sql } from 'kysely'
import { openSealed, SEALED, withoutSecrets } from './keyring/sealing.ts'
import { type Column, EXPIRES_AT, type Table } from './table.ts'

/** A row of a kind's table, as `selected` selects it. */
export interface Row {
  readonly [column: string]: unknown
  readonly body: Readonly<Record<string, Json>>
  /** The digest of the entity as followers have it; null when they do not have it. */
  readonly digest: Buffer | null
}

/** The columns of a row, qualified by its table. */
export function selected(table: Table) {
  const names = [...table.columns.map(({ name }) => name), 'body', 'digest']
  return sql.join(names.map((name) => sql.ref(`${table.kind}.${name}`)))
}

/** The complete entity: every declared field present, unset ones as null (or absent where the kind wants it so), references as `{ id }`. */
export function toEntity(table: Table, row: Row): Entity {
  const entity: Record<string, Json> = {}
  for (const column of table.columns) entity[column.field] = fromColumn(table, column, row[column.name])
  for (const field of table.body) entity[field] = row.body[field] ?? null
  const sealed = row.body[SEALED]
  if (sealed !== undefined)
    Object.assign(entity, openSealed(table.keyring, { kind: table.kind, id: String(row.id) }, sealed))
  for (const field of table.definition.onlyWhenSet) if (entity[field] === null) delete entity[field]
  return entity as Entity // its id column is not null
}

/** A draft with every declared field, unset ones as null, and nothing else: what `toEntity` gives back once it is stored. */
export function complete(table: Table, draft: Entity): Entity {
  const [{ type }] = table.columns
  const { onlyWhenSet } = table.definition
  const fields = [...table.columns.map(({ field }) => field), ...table.body]
  const values = fields.map((field): [string, Json] => [field, draft[field] ?? null])
  const kept = values.filter(([field, value]) => value !== null || !onlyWhenSet.includes(field))
  return { ...Object.fromEntries(kept), id: type === 'uuid' ? draft.id.toLowerCase() : draft.id }
}

/** An entity as it is stored. */
export interface StoredEntity {
  /** The values of the columns that `writtenColumns` names. */
  readonly columns: readonly unknown[]
  /** What has no column, as JSON text; unset fields are left out. */
  readonly body: string
}

/** The columns that hold what an entity says. */
export function writtenColumns(table: Table): readonly Column[] {
  return [...table.columns, ...table.digests]
}

export function toStored(table: Table, entity: Entity): StoredEntity {
  const { keyring, kind } = table
  const { clear, sealed } = withoutSecrets(keyring, table, entity)
  const set = table.body.filter((field) => (clear[field] ?? null) !== null)
  const body = Object.fromEntries(set.map((field) => [field, clear[field]]))
  const digestOf = ({ field }: Column) => keyring.digest(kind, field, entity[field] ?? null)
  return {
    columns: [
      ...table.columns.map((column) => toColumn(table, column, clear[column.field] ?? null)),
      ...table.digests.map(digestOf),
    ],
    body: JSON.stringify(sealed === null ? body : { ...body, [SEALED]: sealed }),
  }
}

/** True for rows that have not expired, by the clock of the database. */
export function isVisible(table: Table) {
  if (!table.definition.ttl) return sql<boolean>`true`
  const expires = sql.ref(`${table.kind}.${EXPIRES_AT}`)
  return sql<boolean>`(${expires} is null or ${expires} > extract(epoch from clock_timestamp()))`
}

function isReference(table: Table, column: Column): boolean {
  return table.references.some(({ field }) => field === column.field)
}

function fromColumn(table: Table, column: Column, value: unknown): Json {
  if (value === null || value === undefined) return null
  return isReference(table, column) ? { id: value as string } : (value as Json) // the types of columns are ours
}

function toColumn(table: Table, column: Column, value: Json): unknown {
  if (!isReference(table, column) || value === null) return value
  return referenceId(value)
}

/** The id in a stored reference `{ id }`. */
export function referenceId(value: Json): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null
  return typeof value.id === 'string' ? value.id : null
}
