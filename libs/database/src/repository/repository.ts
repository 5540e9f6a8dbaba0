import { type Entity, type Kind, notFound } from '@biplane/entities'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database.ts'
import { commitRevision } from '../journal/commit.ts'
import { HeadHint } from '../journal/hint.ts'
import { isVisible, type Row, toEntity } from '../row.ts'
import { columnNamed, EXPIRES_AT, type Table } from '../table.ts'
import type { Tables } from '../tables.ts'
import { condition, isWithin, type Key, keyObject, selectFrom, type Within } from './key.ts'
import { type ListQuery, listEntities, type Page } from './list.ts'
import { removeRows } from './removal.ts'
import { Tally } from './tally.ts'
import { isConflict, toRestriction } from './violation.ts'
import { findRow, firstLock, insert, replace, type Writing } from './writing.ts'

export interface WriteOptions {
  /** Who writes, for the journal. */
  readonly author?: string
  /** Only an entity with these references counts as existing (`{ service: '…' }`): for nested paths. */
  readonly within?: Within
}

/** The entity that is to refer to a new one, and what becomes of it: pure, since it may be asked again. */
export interface Holder {
  readonly kind: Kind
  readonly key: Key
  readonly next: (current: Entity, created: Entity) => Entity
}

/** What a write made, as a read gives it, and the revision it is. */
export interface Written {
  readonly entity: Entity
  readonly revision: number
}

/**
 * The one way to write: each call is one transaction and one revision, with all it cascades to. Entities that come in
 * are those of `validate`. Faults of the caller are thrown as `DomainError`, a lost database as `DatabaseUnavailable`.
 */
export class Repository {
  readonly #db: Database
  readonly #tables: Tables
  readonly #hint: HeadHint

  constructor(db: Database) {
    this.#db = db
    this.#tables = db.tables
    this.#hint = new HeadHint(db)
  }

  /** Expired credentials are absent. */
  async get(kind: Kind, key: Key, within?: Within): Promise<Entity | undefined> {
    const table = this.#tables.of(kind)
    const matches = condition(table, key)
    if (matches === undefined) return undefined
    const [row] = await this.#select(table, sql`${matches} and ${isVisible(table)}`)
    return row !== undefined && isWithin(table, row, within) ? toEntity(table, row) : undefined
  }

  /** @throws DomainError invalid offset */
  async list(kind: Kind, query: ListQuery): Promise<Page> {
    return await this.#db.run((db) => listEntities(db, this.#tables.of(kind), query))
  }

  /** The different values of a field that has a column, in byte order; null is none. */
  async distinct(kind: Kind, field: string): Promise<readonly string[]> {
    const table = this.#tables.of(kind)
    const column = sql.ref(`${table.kind}.${columnNamed(table, field).name}`)
    const { rows } = await this.#db.run((db) =>
      sql<{ value: string }>`
        select distinct ${column}::text collate "C" as value from ${sql.id(table.kind)}
        where ${column} is not null and ${isVisible(table)} order by value`.execute(db),
    )
    return rows.map(({ value }) => value)
  }

  /** @throws DomainError schema, primary key, unique or foreign key violation */
  async create(kind: Kind, draft: Entity, options: WriteOptions = {}): Promise<Written> {
    const table = this.#tables.of(kind)
    return await this.#writeOverExpired(table, options, (writing) => insert(writing, table, draft))
  }

  /**
   * Creates an entity and makes another one refer to it, in one revision: both or neither.
   * @throws DomainError as `create` and `update`
   */
  async createLinked(
    kind: Kind,
    draft: Entity,
    holder: Holder,
    options: WriteOptions = {},
  ): Promise<Written> {
    const table = this.#tables.of(kind)
    const holding = this.#tables.of(holder.kind)
    return await this.#writeOverExpired(table, options, async (writing) => {
      const created = await insert(writing, table, draft)
      const row = await findRow(writing, holding, holder.key, firstLock(holding))
      if (row === undefined) throw notFound(keyObject(holder.key))
      await replace(writing, holding, row, holder.key, (current) => holder.next(current, created))
      return created
    })
  }

  /**
   * Replaces the entity, which keeps its id, or creates it. The key wins over the same field of the draft.
   * @throws DomainError as `create`, and not found for an entity that exists, but not `within`
   */
  async upsert(kind: Kind, key: Key, draft: Entity, options: WriteOptions = {}): Promise<Written> {
    const table = this.#tables.of(kind)
    const named = { ...draft, [key.field]: key.value }
    const use = async (writing: Writing) => {
      const row = await findRow(writing, table, key, firstLock(table))
      if (row === undefined) return await insert(writing, table, named)
      if (!isWithin(table, row, options.within)) throw notFound(keyObject(key))
      return await replace(writing, table, row, key, ({ id }) => ({ ...named, id }))
    }
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#writeOverExpired(table, options, use)
      } catch (error) {
        // Another one created it between looking and inserting: now there is something to replace.
        if (attempt === ATTEMPTS || !isConflict(error, keyObject(key))) throw error
      }
    }
  }

  /** Changes the entity to what `next` makes of it. `next` must be pure: it may be called again with a newer entity. @throws DomainError as `upsert`, and not found */
  async update(
    kind: Kind,
    key: Key,
    next: (current: Entity) => Entity,
    options: WriteOptions = {},
  ): Promise<Written> {
    const table = this.#tables.of(kind)
    return await this.#writeOverExpired(table, options, async (writing) => {
      const row = await findRow(writing, table, key, firstLock(table))
      if (row === undefined || !isWithin(table, row, options.within)) throw notFound(keyObject(key))
      return await replace(writing, table, row, key, (current) => ({ ...next(current), id: current.id }))
    })
  }

  /** Deletes the entity and all that goes with it; undefined when there is none. @throws DomainError foreign key violation when a reference restricts it */
  async remove(
    kind: Kind,
    key: Key,
    options: WriteOptions = {},
  ): Promise<{ readonly revision: number } | undefined> {
    const table = this.#tables.of(kind)
    return await this.#write(options, async (writing) => {
      const row = await findRow(writing, table, key, 'update')
      if (row === undefined || !isWithin(table, row, options.within)) return undefined
      await this.#removeRows(writing, table, [row])
      return row
    })
  }

  /** Deletes expired entities of a kind, at most `limit` in one revision; returns how many. */
  async removeExpired(kind: Kind, limit: number): Promise<number> {
    const table = this.#tables.of(kind)
    if (!table.definition.ttl) return 0
    const removed = await this.#write({ author: 'sweeper' }, async (writing) => {
      const { rows } = await sql<Row>`
        ${selectFrom(table)} where ${sql.ref(EXPIRES_AT)} <= extract(epoch from clock_timestamp())
        order by id limit ${limit} for update skip locked`.execute(writing.tx)
      if (rows.length === 0) return undefined
      await this.#removeRows(writing, table, rows)
      return rows.length
    })
    return removed?.result ?? 0
  }

  async #removeRows({ tx, tables, tally }: Writing, table: Table, rows: readonly Row[]): Promise<void> {
    try {
      await removeRows(tx, tables, table, rows, tally)
    } catch (error) {
      throw toRestriction(error, table)
    }
  }

  async #select(table: Table, matches: RawBuilder<boolean>): Promise<readonly Row[]> {
    const { rows } = await this.#db.run((db) => sql<Row>`${selectFrom(table)} where ${matches}`.execute(db))
    return rows
  }

  /** An expired row that was not swept yet must not keep its key from a new one. */
  async #writeOverExpired(
    table: Table,
    options: WriteOptions,
    use: (writing: Writing) => Promise<Entity>,
  ): Promise<Written> {
    try {
      return toWritten(await this.#write(options, use))
    } catch (error) {
      if (!isConflict(error) || (await this.removeExpired(table.kind, SWEPT_AT_ONCE)) === 0) throw error
      return toWritten(await this.#write(options, use))
    }
  }

  /** One transaction, one revision; none if `use` found nothing to do. */
  async #write<T>(
    { author }: WriteOptions,
    use: (writing: Writing) => Promise<T | undefined>,
  ): Promise<{ readonly result: T; readonly revision: number } | undefined> {
    const written = await this.#db.transaction(async (tx) => {
      const tally = new Tally()
      const result = await use({ tx, tables: this.#tables, tally })
      if (result === undefined) return undefined
      return { result, revision: await commitRevision(tx, { ...tally, author: author ?? null }) }
    })
    if (written !== undefined) this.#hint.give()
    return written
  }
}

const ATTEMPTS = 5
const SWEPT_AT_ONCE = 500

function toWritten(written: { readonly result: Entity; readonly revision: number } | undefined): Written {
  if (written === undefined) throw new Error('a write of an entity made no revision')
  return { entity: written.result, revision: written.revision }
}
