import {
  type EntityDefinition,
  type Field,
  type Kind,
  type Reference,
  references,
  secretFields,
  uniqueKeys,
} from '@biplane/entities'
import { Keyring } from './keyring/keyring.ts'

/**
 * How the entities of a kind are stored, projected from its definition: what is searched, joined or ordered by has a
 * column, all else is in `body`.
 */
export interface Table {
  readonly kind: Kind
  readonly definition: EntityDefinition
  /** `id` first. */
  readonly columns: readonly [Column, ...Column[]]
  /** The fields in `body`. */
  readonly body: readonly string[]
  /** The fields that are sealed where the keyring says so: none is in a column or in the body then, all are in one box. */
  readonly secrets: readonly string[]
  /** Columns for the digests of those secrets that are unique. */
  readonly digests: readonly Column[]
  readonly keyring: Keyring
  readonly unique: readonly UniqueKey[]
  readonly references: readonly ReferenceColumn[]
}

export interface Column {
  readonly field: string
  readonly name: string
  readonly type: ColumnType
}

export type ColumnType = 'uuid' | 'text' | 'double precision' | 'boolean' | 'text[]'

/** The column holds the id of the entity that the field refers to. */
export interface ReferenceColumn extends Reference {
  readonly column: string
}

export interface UniqueKey {
  /** The name of the index, which PostgreSQL reports when it is violated. */
  readonly name: string
  readonly columns: readonly Column[]
}

/** When a row of a kind with a ttl ends: seconds since the epoch, as a field of the entity and as a column. */
export const EXPIRES_AT = 'expires_at'

export function tableOf(definition: EntityDefinition, keyring = new Keyring([])): Table {
  const { kind, fields } = definition
  const links = references(definition).map((reference) => ({ ...reference, column: `${reference.field}_id` }))
  const keys = uniqueKeys(definition)
  const inKeys = new Set(keys.flat())
  const hasColumn = ([name, field]: [string, Field]) =>
    inKeys.has(name) || name === 'tags' || field.reference !== undefined || field.timestamp === true
  const declared = Object.entries(fields).filter(([name]) => name !== 'id')
  const columns: [Column, ...Column[]] = [
    { field: 'id', name: 'id', type: fields[definition.idField]?.uuid === true ? 'uuid' : 'text' },
    ...declared.filter(hasColumn).map(([field, type]) => columnOf(field, type)),
    ...(definition.ttl ? [{ field: EXPIRES_AT, name: EXPIRES_AT, type: 'double precision' as const }] : []),
  ]
  const secrets = secretFields(definition)
  const digests = columns
    .filter(({ field }) => secrets.includes(field))
    .map(({ field }): Column => ({ field, name: `${field}_digest`, type: 'text' }))
  return {
    kind,
    definition,
    columns,
    body: declared.filter((entry) => !hasColumn(entry)).map(([name]) => name),
    unique: [
      ...keys.map((key) => uniqueKey(kind, key, columns)),
      ...digests.map((column) => ({ name: indexName(kind, [column.name]), columns: [column] })),
    ],
    references: links,
    ...{ secrets, digests, keyring },
  }
}

/** The column of a field. @throws Error for a field that has none */
export function columnNamed(table: Table, field: string): Column {
  const column = table.columns.find((each) => each.field === field)
  if (column === undefined) throw new Error(`'${field}' of '${table.kind}' has no column to search by`)
  return column
}

function columnOf(name: string, field: Field): Column {
  if (field.reference !== undefined) return { field: name, name: `${name}_id`, type: 'uuid' }
  return { field: name, name, type: columnType(name, field) }
}

/** Numbers are kept as JavaScript has them, so that a timestamp is read as it was written, fraction or not. */
function columnType(name: string, field: Field): ColumnType {
  switch (field.type) {
    case 'string':
      return field.uuid === true ? 'uuid' : 'text'
    case 'integer':
    case 'number':
      return 'double precision'
    case 'boolean':
      return 'boolean'
    case 'set':
    case 'array':
      if (field.elements?.type === 'string') return 'text[]'
  }
  throw new Error(`the field '${name}' cannot have a column: it is no single value and no list of texts`)
}

function uniqueKey(kind: Kind, key: readonly string[], columns: readonly Column[]): UniqueKey {
  return { name: indexName(kind, key), columns: columns.filter(({ field }) => key.includes(field)) }
}

function indexName(kind: Kind, key: readonly string[]): string {
  const name = `${kind}_${key.join('_')}_key`
  // PostgreSQL would cut it silently, and a violation could not be told from another one.
  if (Buffer.byteLength(name) > 63) throw new Error(`the index name '${name}' is longer than 63 bytes`)
  return name
}
