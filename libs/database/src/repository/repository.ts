import type { Entity, Kind } from '@biplane/entities'
import type { Database } from '../database.ts'
import type { ListQuery, Page } from './list.ts'
import type { Related } from './related.ts'

/** One entity: by `id`, or by the value of a unique field. */
export interface Key {
  readonly field: string
  readonly value: string
}

export interface WriteOptions {
  /** Who writes, for the journal. */
  readonly author?: string
  /** Only an entity whose reference fields have these ids counts as existing (`{ service: '…' }`): nested routes. */
  readonly within?: Readonly<Record<string, string>>
  /** Called in the transaction with the entity about to be stored, its references locked; it throws to refuse. May be called again. */
  readonly check?: (entity: Entity, related: Related) => Promise<void>
}

/** What a write made, as a read gives it, and the revision it is. */
export interface Written {
  readonly entity: Entity
  readonly revision: number
}

/**
 * The one way to write: each call is one transaction and one revision, with all it cascades to. Entities that come in
 * are complete drafts of `validate`, whose references may name a unique field instead of the id (`{ name: 'x' }`).
 * Faults of the caller are thrown as `DomainError`; a lost database as `DatabaseUnavailable`.
 */
export class Repository {
  constructor(_db: Database) {
    throw new Error('not written yet')
  }

  /** @throws DomainError primary key, unique or foreign key violation */
  async create(_kind: Kind, _draft: Entity, _options?: WriteOptions): Promise<Written> {
    throw new Error('not written yet')
  }

  /** Expired credentials are absent. */
  async get(_kind: Kind, _key: Key, _within?: Readonly<Record<string, string>>): Promise<Entity | undefined> {
    throw new Error('not written yet')
  }

  async list(_kind: Kind, _query: ListQuery): Promise<Page> {
    throw new Error('not written yet')
  }

  /** Replaces the entity, which keeps its id, or creates it. The key wins over the same field of the draft. */
  async upsert(_kind: Kind, _key: Key, _draft: Entity, _options?: WriteOptions): Promise<Written> {
    throw new Error('not written yet')
  }

  /** Changes the entity to what `next` makes of it. `next` must be pure: it may be called again with a newer entity. @throws DomainError not found */
  async update(
    _kind: Kind,
    _key: Key,
    _next: (current: Entity) => Entity,
    _options?: WriteOptions,
  ): Promise<Written> {
    throw new Error('not written yet')
  }

  /** Deletes the entity and all that goes with it; undefined when there is none. @throws DomainError when a reference restricts it */
  async remove(
    _kind: Kind,
    _key: Key,
    _options?: WriteOptions,
  ): Promise<{ readonly revision: number } | undefined> {
    throw new Error('not written yet')
  }
}
