import { canonicalJson, type Entity, type Kind, notFound } from '@biplane/entities'
import type { EncodedChange } from '@biplane/protocol'
import { sql } from 'kysely'
import { Overtaken } from '../failure.ts'
import { type Row, toEntity } from '../row.ts'
import { EXPIRES_AT, type Table } from '../table.ts'
import { isWithin, type Key, keyObject, selectFrom, type Within } from './key.ts'
import { relatedIn } from './related.ts'
import { removeRows } from './removal.ts'
import { type Plan, rewrite } from './rewrite.ts'
import { toRestriction } from './violation.ts'
import type { Config } from './whole-config.ts'
import { findRow, firstLock, insert, replace, type Writing } from './writing.ts'

/** Writes that become one revision, or none at all. They are the transaction's own: each sees those before it. */
export class Batch {
  readonly #writing: Writing
  /** The kinds that were to be written. */
  readonly touched = new Set<Kind>()
  /** What `hold` did not find. */
  readonly #absent = new Set<string>()

  constructor(writing: Writing) {
    this.#writing = writing
  }

  /** What followers get of the writes so far, in their order, an entity perhaps more than once. */
  get exported(): readonly EncodedChange[] {
    return this.#writing.tally.exported
  }

  async get(kind: Kind, key: Key): Promise<Entity | undefined> {
    const table = this.#writing.tables.of(kind)
    const row = await findRow(this.#writing, table, key)
    return row && toEntity(table, row)
  }

  /** The entity, which stays as it is until this ends. Where there is none, no `upsert` of that key will meet one either. */
  async hold(kind: Kind, key: Key, within?: Within): Promise<Entity | undefined> {
    const table = this.#writing.tables.of(kind)
    const row = await findRow(this.#writing, table, key, 'update')
    if (row === undefined) this.#absent.add(nameOf(kind, key))
    return row !== undefined && isWithin(table, row, within) ? toEntity(table, row) : undefined
  }

  /** All entities of a kind whose reference `field` names `id`. */
  async referencing(kind: Kind, field: string, id: string): Promise<readonly Entity[]> {
    return await relatedIn(this.#writing.tx, this.#writing.tables).referencing(kind, field, id)
  }

  /** @throws DomainError schema, primary key, unique or foreign key violation */
  async create(kind: Kind, draft: Entity): Promise<Entity> {
    return await insert(this.#writing, this.#touch(kind), draft)
  }

  /**
   * Replaces the entity, which keeps its id, or creates it. The key wins over the same field of the draft.
   * @throws DomainError as `create`
   */
  async upsert(kind: Kind, key: Key, draft: Entity): Promise<Entity> {
    const table = this.#touch(kind)
    const named = { ...draft, [key.field]: key.value }
    const row = await findRow(this.#writing, table, key, firstLock(table))
    const wasAbsent = this.#absent.delete(nameOf(kind, key))
    if (row === undefined) return await insert(this.#writing, table, named)
    if (wasAbsent) throw new Overtaken()
    return await replace(this.#writing, table, row, key, ({ id }) => ({ ...named, id }))
  }

  /** Changes the entity to what `next` makes of it. `next` must be pure: it may be called again with a newer entity. @throws DomainError as `create`, and not found, as which an entity counts that is not `within` */
  async update(kind: Kind, key: Key, next: (current: Entity) => Entity, within?: Within): Promise<Entity> {
    const table = this.#touch(kind)
    const row = await findRow(this.#writing, table, key, firstLock(table))
    if (row === undefined || !isWithin(table, row, within)) throw notFound(keyObject(key))
    return await replace(this.#writing, table, row, key, (current) => ({ ...next(current), id: current.id }))
  }

  /** Deletes the entity and all that goes with it; false when there is none. @throws DomainError foreign key violation when a reference restricts it */
  async remove(kind: Kind, key: Key, within?: Within): Promise<boolean> {
    const table = this.#touch(kind)
    const row = await findRow(this.#writing, table, key, 'update')
    if (row === undefined || !isWithin(table, row, within)) return false
    await this.#removeRows(table, [row])
    return true
  }

  /** Deletes at most `limit` expired entities; returns how many. Those that another transaction has locked are left. */
  async removeExpired(kind: Kind, limit: number): Promise<number> {
    const table = this.#touch(kind)
    const { rows } = await sql<Row>`
      ${selectFrom(table)} where ${sql.ref(EXPIRES_AT)} <= extract(epoch from clock_timestamp())
      order by id limit ${limit} for update skip locked`.execute(this.#writing.tx)
    if (rows.length > 0) await this.#removeRows(table, rows)
    return rows.length
  }

  /** Changes the config as a whole. @throws DomainError for a text that PostgreSQL cannot hold or index */
  async rewrite<T>(plan: (current: Config) => Plan<T>): Promise<T> {
    return await rewrite(this.#writing, plan)
  }

  #touch(kind: Kind): Table {
    this.touched.add(kind)
    return this.#writing.tables.of(kind)
  }

  async #removeRows(table: Table, rows: readonly Row[]): Promise<void> {
    try {
      await removeRows(this.#writing.tx, this.#writing.tables, table, rows, this.#writing.tally)
    } catch (error) {
      throw toRestriction(error, table)
    }
  }
}

function nameOf(kind: Kind, key: Key): string {
  return canonicalJson([kind, keyObject(key)])
}
