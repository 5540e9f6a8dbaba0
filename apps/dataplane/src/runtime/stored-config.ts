import type { PinnedView } from '@biplane/config-store'
import type { Entity, Kind } from '@biplane/entities'
import { decodeEntity } from '@biplane/protocol'
import { LRUCache } from 'lru-cache'

const CACHED_ENTITIES = 1_000

/**
 * The part of a config that stays in the store, at one revision, shared by the requests of one runtime. The view is
 * released when the runtime has been replaced and the last request that began with it no longer reads: a request never
 * sees two revisions, and no old revision is kept on disk for longer than a request needs it.
 */
export class StoredConfig {
  readonly #view: PinnedView
  readonly #entities = new LRUCache<string, Entity>({ max: CACHED_ENTITIES })
  /** By kind, unique field and value, where there is one: who asks for what is not there pushes out nothing. */
  readonly #found = new LRUCache<string, Entity>({ max: CACHED_ENTITIES })
  readonly #lists = new LRUCache<string, readonly Entity[]>({ max: CACHED_ENTITIES })
  #holders = 0
  #retired = false

  constructor(view: PinnedView) {
    this.#view = view
  }

  /** As the pinned view itself says. */
  get revision(): number {
    return this.#view.position.revision
  }

  hold(): void {
    this.#holders += 1
  }

  /** Once for each `hold`. */
  release(): void {
    this.#holders -= 1
    if (this.#retired && this.#holders === 0) this.#view.release()
  }

  /** No request will begin with this config any more. */
  retire(): void {
    this.#retired = true
    if (this.#holders === 0) this.#view.release()
  }

  get(kind: Kind, id: string): Entity | undefined {
    const key = `${kind}\0${id}`
    const known = this.#entities.get(key)
    if (known !== undefined) return known
    const bytes = this.#view.get(kind, id)
    if (bytes === undefined) return undefined
    const entity = decodeEntity(bytes)
    this.#entities.set(key, entity)
    return entity
  }

  /** The entity of this kind whose unique field has this value. */
  find(kind: Kind, field: string, value: string): Entity | undefined {
    const key = `${kind}\0${field}\0${value}`
    const known = this.#found.get(key)
    if (known !== undefined) return known
    const id = this.#view.lookup(kind, field, value)
    const entity = id === undefined ? undefined : this.get(kind, id)
    if (entity !== undefined) this.#found.set(key, entity)
    return entity
  }

  /** The entities of this kind whose list field has this value, in order of id. */
  list(kind: Kind, field: string, value: string): readonly Entity[] {
    const key = `${kind}\0${field}\0${value}`
    const known = this.#lists.get(key)
    if (known !== undefined) return known
    const entities = [...this.#view.list(kind, field, value)].flatMap((id) => this.get(kind, id) ?? [])
    this.#lists.set(key, entities)
    return entities
  }
}
