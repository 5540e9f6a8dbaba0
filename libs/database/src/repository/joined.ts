import { DomainError, type Entity, type Kind } from '@biplane/entities'
import { type EncodedChange, net } from '@biplane/protocol'
import { type Kysely, sql } from 'kysely'
import type { Schema } from '../schema.ts'
import type { Batch } from './batch.ts'
import type { Key, Within } from './key.ts'

/** A call inside of a larger transaction could not be done. That one begins anew, or tells why: there is nothing to tell here. */
export class Undone extends Error {
  override readonly name = 'Undone'
}

/**
 * Transactions that lock what their callers name, in the order in which they name it, get in each other's way: PostgreSQL
 * notices after a second and ends one. That one comes back alone, so that it does not happen to it again and again.
 */
export async function takeTurn(tx: Kysely<Schema>, turn: 'with others' | 'alone'): Promise<void> {
  const lock = sql.raw(turn === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared')
  await sql`select ${lock}(hashtextextended(current_schema() || ' biplane atomically', 0))`.execute(tx)
}

/** A transaction that repository calls take part in. */
export class Joined {
  readonly #tx: Kysely<Schema>
  readonly #batch: Batch
  #failure: { readonly error: unknown } | null = null
  #thrown: unknown
  #holds = 0

  constructor(tx: Kysely<Schema>, batch: Batch) {
    this.#tx = tx
    this.#batch = batch
  }

  /** What `use` threw, if it did. */
  get thrown(): unknown {
    return this.#thrown
  }

  /** What followers would get of the writes so far. */
  get exported(): readonly EncodedChange[] {
    return net(this.#batch.exported)
  }

  /**
   * Gives what `use` gives, unless a call failed: then nothing of the transaction may be kept, whatever `use` made of that.
   * @throws what that call threw, or else what `use` threw
   */
  async settle<T>(use: () => Promise<T>): Promise<T> {
    try {
      const result = await use()
      if (this.#failure === null) return result
    } catch (error) {
      this.#thrown = error
      if (this.#failure === null) throw error
    }
    throw this.#failure.error
  }

  async read<T>(use: (tx: Kysely<Schema>) => Promise<T>): Promise<T> {
    return await this.#run(() => use(this.#tx))
  }

  async write<T>(use: (batch: Batch) => Promise<T>): Promise<T> {
    return await this.#run(() => use(this.#batch))
  }

  get holds(): boolean {
    return this.#holds > 0
  }

  async hold(kind: Kind, key: Key, within: Within | undefined): Promise<Entity | undefined> {
    return await this.#run(() => this.#batch.hold(kind, key, within))
  }

  async holding<T>(look: () => Promise<T>): Promise<T> {
    this.#holds += 1
    try {
      return await look()
    } finally {
      this.#holds -= 1
    }
  }

  async #run<T>(use: () => Promise<T>): Promise<T> {
    try {
      return await use()
    } catch (error) {
      this.#failure ??= { error }
      throw error instanceof DomainError ? error : new Undone('undone', { cause: error })
    }
  }
}
