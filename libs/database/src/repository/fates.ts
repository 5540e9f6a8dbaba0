import type { Entity, Kind } from '@biplane/entities'
import { type Change, type Digest, digest, encodeEntity } from '@biplane/protocol'
import { complete, referenceId } from '../row.ts'
import type { Table } from '../table.ts'
import type { Tables } from '../tables.ts'
import { fromStored } from './statements.ts'
import { requireStorable } from './storable.ts'
import type { Config, Rows } from './whole-config.ts'

/** What becomes of one entity when a config is rewritten. */
export interface Fate {
  readonly table: Table
  readonly id: string
  /** Null for one that is deleted. */
  readonly entity: Entity | null
  /** Canonical; of what is written or newly exported only. */
  readonly bytes: Uint8Array | null
  readonly isWritten: boolean
  /** Its digest among followers, before and after. */
  readonly before: Digest | null
  readonly after: Digest | null
}

export type Fates = ReadonlyMap<Kind, ReadonlyMap<string, Fate>>

/**
 * Of every entity that is there or is to be there, what refers after what it refers to.
 * @throws DomainError for an entity that PostgreSQL cannot hold
 */
export function fatesOf(tables: Tables, rows: Rows, current: Config, changes: readonly Change[]): Fates {
  const byKind = Map.groupBy(changes, ({ kind }) => kind)
  const fates = new Map<Kind, Map<string, Fate>>()
  for (const table of tables.all) {
    const planned = new Map((byKind.get(table.kind) ?? []).map((change) => [change.id, change]))
    const existing = rows.get(table) ?? new Map<string, never>()
    const mine = new Map<string, Fate>()
    for (const id of new Set([...existing.keys(), ...planned.keys()])) {
      const change = planned.get(id)
      const stays = change === undefined ? (current.get(table.kind)?.get(id) ?? null) : null
      const entity = change?.op === 'upsert' ? complete(table, change.entity) : stays
      const before = fromStored(existing.get(id)?.digest ?? null)
      const isExported = entity !== null && isSeen(table, entity, fates)
      mine.set(id, fateOf({ table, id, entity, isWritten: change !== undefined, before }, isExported))
    }
    fates.set(table.kind, mine)
  }
  return fates
}

function fateOf(known: Omit<Fate, 'bytes' | 'after'>, isExported: boolean): Fate {
  const { table, id, entity, isWritten, before } = known
  const isNews = entity !== null && (isWritten || (isExported && before === null))
  const bytes = isNews ? encodeEntity(entity) : null
  if (isNews && isWritten && bytes !== null) requireStorable(entity, bytes)
  if (!isExported) return { ...known, bytes, after: null }
  return { ...known, bytes, after: bytes === null ? before : digest(table.kind, id, bytes) }
}

/** Whether followers get it: it may say no itself, or they lack what it refers to. */
function isSeen(table: Table, entity: Entity, fates: Fates): boolean {
  return (
    table.definition.exportedWhen(entity) &&
    table.references.every(({ field, to }) => {
      const id = referenceId(entity[field] ?? null)
      return id === null || (fates.get(to)?.get(id)?.after ?? null) !== null
    })
  )
}
