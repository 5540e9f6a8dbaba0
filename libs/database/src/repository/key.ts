import { isUuid, type JsonObject } from '@biplane/entities'
import { type RawBuilder, sql } from 'kysely'
import { type Row, selected } from '../row.ts'
import { columnNamed, type Table } from '../table.ts'

/** One entity: by `id`, or by the value of a unique field. */
export interface Key {
  readonly field: string
  readonly value: string
  /** For a field that is unique below one parent only. */
  readonly of?: Within
}

/** Reference fields and the ids they must have (`{ service: '…' }`): an entity elsewhere does not count as existing. */
export type Within = Readonly<Record<string, string>>

/** The condition of a key; undefined when no row can fulfil it, since its value cannot be stored. */
export function condition(table: Table, { field, value, of = {} }: Key): RawBuilder<boolean> | undefined {
  const conditions = Object.entries({ ...of, [field]: value }).map(([each, wanted]) =>
    equal(table, each, wanted),
  )
  return conditions.includes(undefined)
    ? undefined
    : sql<boolean>`${sql.join(
        conditions.filter((each) => each !== undefined),
        sql` and `,
      )}`
}

function equal(table: Table, field: string, value: string): RawBuilder<boolean> | undefined {
  const { name, type } = columnNamed(table, field)
  const storable = type === 'uuid' ? isUuid(value) : !value.includes('\0') && value.isWellFormed()
  if (!storable) return undefined
  const inClear = sql<boolean>`${sql.ref(`${table.kind}.${name}`)} = ${value}`
  const digest = table.digests.find((column) => column.field === field)
  const digested = digest === undefined ? null : table.keyring.digest(table.kind, field, value)
  if (digest === undefined || digested === null) return inClear
  return sql<boolean>`(${inClear} or ${sql.ref(`${table.kind}.${digest.name}`)} = ${digested})`
}

/** Whether a row is where it must be. */
export function isWithin(table: Table, row: Row, within: Within = {}): boolean {
  return Object.entries(within).every(
    ([field, id]) => row[columnNamed(table, field).name] === id.toLowerCase(),
  )
}

export function keyObject({ field, value, of = {} }: Key): JsonObject {
  return { ...Object.fromEntries(Object.entries(of).map(([name, id]) => [name, { id }])), [field]: value }
}

export function selectFrom(table: Table) {
  return sql`select ${selected(table)} from ${sql.id(table.kind)}`
}
