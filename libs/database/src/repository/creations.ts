import type { Entity, Kind } from '@biplane/entities'
import type { Database, Prepared } from '../database.ts'
import { DatabaseUnavailable, isTransient, stateOf, toFailure } from '../failure.ts'
import { journalEntries, type Revised } from '../journal/commit.ts'
import type { Table } from '../table.ts'
import type { Tables } from '../tables.ts'
import { type Creation, createParameter, createStatement, creationOf } from './creation.ts'
import type { Tally } from './tally.ts'

/**
 * Creates that need nothing but one statement. Those of one kind that come while others are being committed wait for that
 * and then share a commit, each as a revision of its own: the disk is asked once for all of them. Nobody waits for others
 * to come.
 */
export class Creations {
  readonly #db: Database
  readonly #lines = new Map<Kind, Line>()

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Undefined where nothing was done: where the entity is refused or has to wait for something, an ordinary write of its own
   * will tell. @throws DomainError for an entity that PostgreSQL cannot hold
   */
  async create(
    table: Table,
    draft: Entity,
    revised: (tally: Tally) => Revised,
  ): Promise<{ readonly entity: Entity; readonly revision: number } | undefined> {
    const creation = creationOf(this.#db.tables, table, draft, revised)
    if (creation === undefined) return undefined
    const revision = await this.#line(table).add(creation)
    return revision === undefined ? undefined : { entity: creation.entity, revision }
  }

  /** Whether entities of a kind can be created so at all. */
  takes(table: Table): boolean {
    return table.definition.judgeLinks === null
  }

  #line(table: Table): Line {
    const line = this.#lines.get(table.kind) ?? new Line(this.#db, this.#db.tables, table)
    this.#lines.set(table.kind, line)
    return line
  }
}

interface Waiting extends PromiseWithResolvers<number | undefined> {
  readonly creation: Creation
}

/** Creates of one kind. */
class Line {
  readonly #db: Database
  readonly #statement: Prepared
  #waiting: Waiting[] = []
  #isMoving = false

  constructor(db: Database, tables: Tables, table: Table) {
    this.#db = db
    this.#statement = db.prepare(`create ${table.kind}`, createStatement(tables, table))
  }

  add(creation: Creation): Promise<number | undefined> {
    const waiting = { ...Promise.withResolvers<number | undefined>(), creation }
    this.#waiting.push(waiting)
    if (!this.#isMoving) void this.#move()
    return waiting.promise
  }

  async #move(): Promise<void> {
    this.#isMoving = true
    while (this.#waiting.length > 0) {
      const group = this.#next()
      try {
        const last = await this.#commit(group)
        const first = last && last - group.length + 1
        for (const [i, { resolve }] of group.entries()) resolve(first && first + i)
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#isMoving = false
  }

  /** As many as do not make anyone wait for long; one at least. */
  #next(): readonly Waiting[] {
    let bytes = 0
    const end = this.#waiting.findIndex(({ creation }, i) => {
      bytes += creation.row.length
      return i > 0 && (i === MOST || bytes > MOST_CHARACTERS)
    })
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end)
  }

  /** The last of their revisions. */
  async #commit(group: readonly Waiting[]): Promise<number | undefined> {
    const creations = group.map(({ creation }) => creation)
    const entries = journalEntries(
      this.#db.tables,
      creations.map(({ revised }) => revised),
    )
    try {
      const rows = await this.#db.brief<{ readonly revision: number }>(
        this.#statement,
        createParameter(creations, entries),
      )
      return rows.length === 0 ? undefined : Math.max(...rows.map(({ revision }) => revision))
    } catch (error) {
      const isRefused = REFUSED.has(stateOf(error) ?? '') || isTransient(error)
      // Of several, one may be at fault that the others have nothing to do with. A lost link tells nothing of what was done.
      if (isRefused || (group.length > 1 && !isLost(error))) return undefined
      throw toFailure(error)
    }
  }
}

const MOST = 64
const MOST_CHARACTERS = 1024 * 1024

/** Unique violation, foreign key violation, a text too long for its index, a lock that was not to be had at once. */
const REFUSED: ReadonlySet<string> = new Set(['23505', '23503', '54000', '55P03'])

function isLost(error: unknown): boolean {
  return toFailure(error) instanceof DatabaseUnavailable
}
