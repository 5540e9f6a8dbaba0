import { AsyncLocalStorage } from 'node:async_hooks'
import { DomainError, type Entity, type Kind } from '@biplane/entities'
import type { EncodedChange } from '@biplane/protocol'
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import { housekeeping, type Origin } from '../audit/origin.ts'
import { auditRecord } from '../audit/record.ts'
import type { Database } from '../database.ts'
import { commitRevision, type Revised } from '../journal/commit.ts'
import { headOf } from '../journal/head.ts'
import { HeadHint } from '../journal/hint.ts'
import { isVisible, type Row, toEntity } from '../row.ts'
import type { Schema } from '../schema.ts'
import { columnNamed, type Table } from '../table.ts'
import type { Tables } from '../tables.ts'
import { Batch } from './batch.ts'
import { Creations } from './creations.ts'
import { Joined, takeTurn } from './joined.ts'
import { condition, isWithin, type Key, keyObject, selectFrom, type Within } from './key.ts'
import { type ListQuery, listEntities, listNewest, type NewestQuery, type Page } from './list.ts'
import type { Plan } from './rewrite.ts'
import { anyOf, idType } from './statements.ts'
import { Tally } from './tally.ts'
import { isConflict } from './violation.ts'
import { type Config, readRows, toConfig } from './whole-config.ts'

interface Author {
  /** The job that writes, where it is no request that does. */
  readonly author?: string
}

export interface RepositoryOptions {
  /** Whether the audit log is told of each revision, in its own transaction. */
  readonly audited: boolean
}

export interface WriteOptions extends Author {
  /** Only an entity with these references counts as existing (`{ service: '…' }`): for nested paths. */
  readonly within?: Within
}

/** What a write made, as a read gives it, and the revision it is; null inside `atomically`, which makes it. */
export interface Written {
  readonly entity: Entity
  readonly revision: number | null
}

/** What a batch came to, and the revision it is; null where nothing was written, and inside `atomically`. */
export interface Committed<T> {
  readonly result: T
  readonly revision: number | null
}

/** What writes would have come to. */
export interface Rehearsal<T> {
  readonly result: T
  /** What followers would have got: the last change of each entity. */
  readonly changes: readonly EncodedChange[]
}

/**
 * The one way to write: each call is one transaction and one revision, with all it cascades to, unless it is made inside
 * `atomically`. Entities that come in are those of `validate`. Faults of the caller are thrown as `DomainError`, a lost
 * database as `DatabaseUnavailable`.
 */
export class Repository {
  readonly #db: Database
  readonly #tables: Tables
  readonly #hint: HeadHint
  readonly #creations: Creations
  /** What calls are inside of. It goes with the flow of the calls, so that code need not know whether it is inside. */
  readonly #joined = new AsyncLocalStorage<Joined>()
  /** What asked for the calls. */
  readonly #origin = new AsyncLocalStorage<Origin>()
  readonly #audited: boolean

  constructor(db: Database, { audited }: RepositoryOptions = { audited: true }) {
    this.#audited = audited
    this.#db = db
    this.#tables = db.tables
    this.#hint = new HeadHint(db)
    this.#creations = new Creations(db)
  }

  /** What `use`, and whatever it calls, writes with this repository is told to have been asked for by `origin`. */
  onBehalfOf<T>(origin: Origin, use: () => T): T {
    return this.#origin.run(origin, use)
  }

  /** Expired credentials are absent. */
  async get(kind: Kind, key: Key, within?: Within): Promise<Entity | undefined> {
    const table = this.#tables.of(kind)
    const matches = condition(table, key)
    if (matches === undefined) return undefined
    const joined = this.#joined.getStore()
    if (joined?.holds === true) return await joined.hold(kind, key, within)
    const [row] = await this.#select(table, sql`${matches} and ${isVisible(table)}`)
    return row !== undefined && isWithin(table, row, within) ? toEntity(table, row) : undefined
  }

  /** @throws DomainError invalid offset */
  async list(kind: Kind, query: ListQuery): Promise<Page> {
    return await this.#read((db) => listEntities(db, this.#tables.of(kind), query))
  }

  /** The entities below a parent, the newest first. */
  async newest(
    kind: Kind,
    query: NewestQuery,
  ): Promise<{ readonly rows: readonly Entity[]; readonly more: boolean }> {
    return await this.#read((db) => listNewest(db, this.#tables.of(kind), query))
  }

  /** Those entities of a kind that there are among `ids`, ordered by id. */
  async among(kind: Kind, ids: readonly string[]): Promise<readonly Entity[]> {
    const table = this.#tables.of(kind)
    const matches = sql<boolean>`${anyOf(table, 'id', ids, idType(table))} and ${isVisible(table)} order by id`
    return (await this.#select(table, matches)).map((row) => toEntity(table, row))
  }

  /** All entities of a kind whose reference `field` names one of `ids`, ordered by id. */
  async referencing(kind: Kind, field: string, ids: readonly string[]): Promise<readonly Entity[]> {
    const table = this.#tables.of(kind)
    const among = anyOf(table, columnNamed(table, field).name, ids, sql.raw('uuid'))
    const rows = await this.#select(table, sql`${among} and ${isVisible(table)} order by id`)
    return rows.map((row) => toEntity(table, row))
  }

  /** The different values of a field that has a column, in byte order; null is none. */
  async distinct(kind: Kind, field: string): Promise<readonly string[]> {
    const table = this.#tables.of(kind)
    const column = sql.ref(`${table.kind}.${columnNamed(table, field).name}`)
    const { rows } = await this.#read((db) =>
      sql<{ value: string }>`
        select distinct ${column}::text collate "C" as value from ${sql.id(table.kind)}
        where ${column} is not null and ${isVisible(table)} order by value`.execute(db),
    )
    return rows.map(({ value }) => value)
  }

  /** @throws DomainError schema, primary key, unique or foreign key violation */
  async create(kind: Kind, draft: Entity, options: WriteOptions = {}): Promise<Written> {
    const created = await this.#createAtOnce(kind, draft, options)
    if (created !== undefined) return created
    return toWritten(await this.write((batch) => batch.create(kind, draft), options))
  }

  /**
   * Replaces the entity, which keeps its id, or creates it. The key wins over the same field of the draft.
   * @throws DomainError as `create`
   */
  async upsert(kind: Kind, key: Key, draft: Entity, options: Author = {}): Promise<Written> {
    const mayBeNew = this.#joined.getStore() === undefined && this.#creations.takes(this.#tables.of(kind))
    if (mayBeNew && (await this.get(kind, key)) === undefined) {
      const created = await this.#createAtOnce(kind, { ...draft, [key.field]: key.value }, options)
      if (created !== undefined) return created
    }
    for (let attempt = 1; ; attempt++) {
      try {
        return toWritten(await this.write((batch) => batch.upsert(kind, key, draft), options))
      } catch (error) {
        // Another one created it between looking and inserting: now there is something to replace.
        const isOver = attempt === ATTEMPTS || this.#joined.getStore() !== undefined
        if (isOver || !isConflict(error, keyObject(key))) throw error
      }
    }
  }

  /** Changes the entity to what `next` makes of it. `next` must be pure: it may be called again with a newer entity. @throws DomainError as `create`, and not found */
  async update(
    kind: Kind,
    key: Key,
    next: (current: Entity) => Entity,
    options: WriteOptions = {},
  ): Promise<Written> {
    return toWritten(await this.write((batch) => batch.update(kind, key, next, options.within), options))
  }

  /** Deletes the entity and all that goes with it; undefined when there is none. @throws DomainError foreign key violation when a reference restricts it */
  async remove(
    kind: Kind,
    key: Key,
    options: WriteOptions = {},
  ): Promise<{ readonly revision: number | null } | undefined> {
    const { result, revision } = await this.write((batch) => batch.remove(kind, key, options.within), options)
    return result ? { revision } : undefined
  }

  /** Deletes expired entities of a kind, at most `limit` in one revision; returns how many. */
  async removeExpired(kind: Kind, limit: number): Promise<number> {
    if (!this.#tables.of(kind).definition.ttl) return 0
    const { result } = await this.#commit({ author: 'sweeper' }, (batch) => batch.removeExpired(kind, limit))
    return result
  }

  /**
   * Several writes as one transaction and one revision: all or none. `use` must have no effect but through its batch, since
   * it may run again. @throws DomainError as its writes
   */
  async write<T>(use: (batch: Batch) => Promise<T>, options: WriteOptions = {}): Promise<Committed<T>> {
    const joined = this.#joined.getStore()
    return joined === undefined
      ? await this.#commitSwept(options, use)
      : { result: await joined.write(use), revision: null }
  }

  /**
   * All that `use`, and whatever it calls, does with this repository is one transaction and one revision: all of it, or
   * none where `use` throws. Each call sees those before it. `use` must have no effect but by such calls, since it may run
   * again; it cannot go on after a call that failed. Inside of another one, it is a part of that.
   * @throws what `use` throws
   */
  async atomically<T>(use: () => Promise<T>, options: Author = {}): Promise<Committed<T>> {
    if (this.#joined.getStore() !== undefined) return { result: await use(), revision: null }
    let tries = 0
    for (let attempt = 1; ; attempt++) {
      const last: { joined?: Joined } = {}
      try {
        return await this.#commitSwept(options, async (batch, tx) => {
          const joined = new Joined(tx, batch)
          last.joined = joined
          tries += 1
          await takeTurn(tx, tries === 1 ? 'with others' : 'alone')
          return await joined.settle(() => this.#joined.run(joined, use))
        })
      } catch (error) {
        // What conflicts may have been created since it was looked for. The next time it will be found.
        if (attempt === 1 && isConflict(error)) continue
        throw error instanceof DomainError ? (last.joined?.thrown ?? error) : error
      }
    }
  }

  /** As `atomically`, but nothing of it stays, whatever it came to: for finding out what it would come to. */
  async rehearse<T>(use: () => Promise<T>): Promise<Rehearsal<T>> {
    if (this.#joined.getStore() !== undefined)
      throw new Error('inside of a transaction nothing is undone alone')
    const undo = new Error('rehearsed')
    const last: { rehearsal?: Rehearsal<T> } = {}
    try {
      await this.atomically(async () => {
        const result = await use()
        last.rehearsal = { result, changes: this.#joined.getStore()?.exported ?? [] }
        throw undo
      })
    } catch (error) {
      if (error !== undo) throw error
    }
    if (last.rehearsal === undefined) throw new Error('a rehearsal has come to no end')
    return last.rehearsal
  }

  /** Inside `atomically`: what `look` gets of this repository stays as it is until the end, and what it did not find stays absent. */
  async holding<T>(look: () => Promise<T>): Promise<T> {
    const joined = this.#joined.getStore()
    if (joined === undefined) throw new Error('nothing can be held outside of a transaction')
    return await joined.holding(look)
  }

  /** All entities of all kinds at one revision, in memory: to be exported, or compared. Expired ones are among them. */
  async config(): Promise<{ readonly config: Config; readonly revision: number }> {
    return await this.#db.run((db) =>
      db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (tx) => {
          const { revision } = await headOf(tx)
          return { config: toConfig(await readRows(tx, this.#tables)), revision }
        }),
    )
  }

  /**
   * Changes the config as a whole, as one revision. `plan` must be pure, since it may be asked again, and its changes those of
   * a config that was judged: here they are not. @throws DomainError for a text that PostgreSQL cannot hold or index
   */
  async rewrite<T>(plan: (current: Config) => Plan<T>, options: WriteOptions = {}): Promise<Committed<T>> {
    return await this.write((batch) => batch.rewrite(plan), options)
  }

  /** Undefined where that cannot be, and where it failed: then an ordinary write will tell. */
  async #createAtOnce(kind: Kind, draft: Entity, { author }: Author): Promise<Written | undefined> {
    if (this.#joined.getStore() !== undefined) return undefined
    const revised = (tally: Tally) => this.#revised(tally, author)
    const created = await this.#creations.create(this.#tables.of(kind), draft, revised)
    if (created !== undefined) this.#hint.give()
    return created
  }

  /** As `#commit`. An expired row that was not swept yet must not keep its key from a new one. */
  async #commitSwept<T>(options: WriteOptions, use: Use<T>): Promise<Committed<T>> {
    const touched = new Set<Kind>()
    const watched: Use<T> = async (batch, tx) => {
      try {
        return await use(batch, tx)
      } finally {
        for (const kind of batch.touched) touched.add(kind)
      }
    }
    try {
      return await this.#commit(options, watched)
    } catch (error) {
      if (!isConflict(error) || !(await this.#sweep(touched))) throw error
      return await this.#commit(options, use)
    }
  }

  /** Whether any of the kinds had expired rows, which are gone now. */
  async #sweep(kinds: Iterable<Kind>): Promise<boolean> {
    let swept = 0
    for (const kind of kinds) swept += await this.removeExpired(kind, SWEPT_AT_ONCE)
    return swept > 0
  }

  async #select(table: Table, matches: RawBuilder<boolean>): Promise<readonly Row[]> {
    const { rows } = await this.#read((db) => sql<Row>`${selectFrom(table)} where ${matches}`.execute(db))
    return rows
  }

  async #read<T>(use: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    const joined = this.#joined.getStore()
    return joined === undefined ? await this.#db.run(use) : await joined.read(use)
  }

  /** One transaction, one revision; none if nothing was written. */
  async #commit<T>({ author }: WriteOptions, use: Use<T>): Promise<Committed<T>> {
    const committed = await this.#db.transaction(async (tx) => {
      const tally = new Tally()
      const result = await use(new Batch({ tx, tables: this.#tables, tally }), tx)
      if (tally.changes.length === 0) return { result, revision: null }
      return { result, revision: await commitRevision(tx, this.#tables, this.#revised(tally, author)) }
    })
    if (committed.revision !== null) this.#hint.give()
    return committed
  }

  /** What was written, with who asked for it: no request asks for what a job does, though it may have to be done for one. */
  #revised(tally: Tally, job: string | undefined): Revised {
    const asked = job === undefined ? this.#origin.getStore() : undefined
    const origin = asked ?? housekeeping(job ?? null)
    const audit = this.#audited ? auditRecord(this.#tables, tally.writes, origin) : null
    return { ...tally, author: origin.who, audit }
  }
}

const ATTEMPTS = 5
const SWEPT_AT_ONCE = 500

/** Of a batch that wrote an entity. */
export function toWritten({ result, revision }: Committed<Entity>): Written {
  return { entity: result, revision }
}

/** What is done in one transaction. */
type Use<T> = (batch: Batch, tx: Transaction<Schema>) => Promise<T>
