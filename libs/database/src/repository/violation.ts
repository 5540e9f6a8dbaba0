import { isDeepStrictEqual } from 'node:util'
import {
  DomainError,
  type Entity,
  type Json,
  type JsonObject,
  primaryKeyViolation,
  schemaViolation,
  stillReferenced,
  uniqueViolation,
} from '@biplane/entities'
import { stateOf } from '../failure.ts'
import type { Table } from '../table.ts'

/** What a constraint of the database says about storing an entity, as the caller's fault; every other error as it is. */
export function toViolation(error: unknown, table: Table, entity: Entity): unknown {
  if (stateOf(error) === INDEX_LIMIT) return toTooLong(error, table, [entity])
  if (stateOf(error) !== '23505') return error
  const constraint = reported(error, 'constraint')
  if (constraint === `${table.kind}_pkey`) return primaryKeyViolation({ id: entity.id })
  const key = table.unique.find(({ name }) => name === constraint)
  if (key === undefined) return error
  const { onlyWhenSet } = table.definition
  const told = key.columns.filter(({ field }) => Object.hasOwn(entity, field) || !onlyWhenSet.includes(field))
  return uniqueViolation(Object.fromEntries(told.map(({ field }) => [field, entity[field] ?? null])))
}

/** What the database says about storing one of several entities, as far as it can be told which. */
export function toTooLong(error: unknown, table: Table, entities: readonly Entity[]): unknown {
  if (stateOf(error) !== INDEX_LIMIT) return error
  const most = (entity: Entity) => lengthOf(entity[longest(table, entity)])
  const entity = entities.reduce((a, b) => (most(b) > most(a) ? b : a))
  return schemaViolation({ [longest(table, entity)]: 'too long to be indexed' })
}

/** An index takes a third of a page; a longer text is kept only where it compresses well. */
const INDEX_LIMIT = '54000'

/** The field whose value is too long, which PostgreSQL does not tell. */
function longest(table: Table, entity: Entity): string {
  const fields = table.columns.map(({ field }) => field)
  return fields.reduce((a, b) => (lengthOf(entity[b]) > lengthOf(entity[a]) ? b : a))
}

function lengthOf(value: Json | undefined): number {
  return JSON.stringify(value ?? null).length
}

/** A delete that only the database could refuse: a newer release, migrating meanwhile, brought a kind that refers to this one. */
export function toRestriction(error: unknown, table: Table): unknown {
  const by = reported(error, 'table')
  return stateOf(error) === '23503' && by !== undefined ? stillReferenced(table.kind, by) : error
}

/** True for an entity that exists already, whatever tells so; with `key`, only if that very key tells so. */
export function isConflict(error: unknown, key?: JsonObject): boolean {
  if (!(error instanceof DomainError)) return false
  if (error.code !== 'primary key violation' && error.code !== 'unique constraint violation') return false
  return key === undefined || isDeepStrictEqual(error.details, key)
}

function reported(error: unknown, member: 'constraint' | 'table'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, member)
  return typeof value === 'string' ? value : undefined
}
