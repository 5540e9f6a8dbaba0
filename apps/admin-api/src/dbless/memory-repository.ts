import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type {
  Committed,
  Config,
  Key,
  ListQuery,
  NewestQuery,
  Page,
  Plan,
  Within,
  WriteOptions,
} from '@biplane/database'
import {
  type Entity,
  type EntityRegistry,
  isExpired,
  isJsonObject,
  type Kind,
  notFound,
  seeds,
} from '@biplane/entities'
import { type Change, type EncodedChange, exported } from '@biplane/protocol'
import type { EntityRepository, Writing } from '../backend.ts'
import { ConfigIndex, tagsOf } from './config-index.ts'
import type { MemoryJournal } from './memory-journal.ts'
import { pageOf } from './page.ts'
import { unsupported } from './unsupported.ts'

/** Entities that are read one by one and changed as a whole only. Whatever else would write is refused in Kong's words. */
export class MemoryRepository implements EntityRepository {
  readonly #registry: EntityRegistry
  readonly #journal: MemoryJournal
  readonly #now: () => number
  /** What writes inside of a rehearsal would have changed for followers. */
  readonly #rehearsed = new AsyncLocalStorage<EncodedChange[]>()
  #index: ConfigIndex

  /** @param now seconds since the epoch */
  constructor(registry: EntityRegistry, journal: MemoryJournal, now: () => number = () => Date.now() / 1000) {
    this.#registry = registry
    this.#journal = journal
    this.#now = now
    this.#index = new ConfigIndex(seeded(registry, Math.floor(now())))
  }

  get index(): ConfigIndex {
    return this.#index
  }

  async get(kind: Kind, key: Key, within: Within = {}): Promise<Entity | undefined> {
    const wanted = { ...key.of, ...within }
    return this.#visible(kind, this.#index.having(kind, key.field, key.value)).find((entity) =>
      isWithin(entity, wanted),
    )
  }

  async list(kind: Kind, { tags, references = {}, ...paging }: ListQuery): Promise<Page> {
    const below = this.#visible(kind, this.#below(kind, references))
    if (tags === undefined) return pageOf(below, paging)
    const { match, of } = tags
    const fits = (entity: Entity) => {
      const own = tagsOf(entity)
      return match === 'all' ? of.every((tag) => own.includes(tag)) : of.some((tag) => own.includes(tag))
    }
    return pageOf(below.filter(fits), paging)
  }

  async newest(kind: Kind, { references, size, skip }: NewestQuery) {
    const all = this.#visible(kind, this.#below(kind, references)).toSorted(newestFirst)
    return { rows: all.slice(skip, skip + size), more: all.length > skip + size }
  }

  async among(kind: Kind, ids: readonly string[]): Promise<readonly Entity[]> {
    const found = [...new Set(ids)].toSorted().flatMap((id) => this.#index.get(kind, id) ?? [])
    return this.#visible(kind, found)
  }

  async referencing(kind: Kind, field: string, ids: readonly string[]): Promise<readonly Entity[]> {
    return this.#visible(
      kind,
      ids.flatMap((id) => this.#index.having(kind, field, id)),
    )
  }

  async distinct(kind: Kind, field: string): Promise<readonly string[]> {
    return [...this.#index.valuesOf(kind, field).keys()].toSorted()
  }

  async create(kind: Kind): Promise<never> {
    throw unsupported('create', kind)
  }

  async upsert(kind: Kind, key: Key): Promise<never> {
    throw unsupported('create or update', kind, key)
  }

  async update(kind: Kind, key: Key, next: (current: Entity) => Entity): Promise<never> {
    const found = await this.get(kind, key)
    if (found === undefined) throw notFound({ [key.field]: key.value })
    next(found) // what is wrong with the patch itself is told first
    throw unsupported('update', kind, key)
  }

  async remove(kind: Kind, key: Key, { within }: WriteOptions = {}): Promise<undefined> {
    if ((await this.get(kind, key, within)) !== undefined) throw unsupported('remove', kind, key)
    return undefined
  }

  /** What a document cannot declare is written one by one here too; anew where another write came in between. */
  async write<T>(use: (batch: Writing) => Promise<T>): Promise<Committed<T>> {
    for (;;) {
      const [read, changes]: [ConfigIndex, Change[]] = [this.#index, []]
      const result = await use(writing(this, this.#registry, changes))
      if (changes.length === 0) return { result, revision: null }
      if (this.#index === read) return await this.rewrite(() => ({ changes, result }))
    }
  }

  /** What is read is held by itself: nothing else runs between the calls of a write. */
  async atomically<T>(use: () => Promise<T>) {
    return { result: await use(), revision: null }
  }

  async rehearse<T>(use: () => Promise<T>) {
    const changes: EncodedChange[] = []
    return { result: await this.#rehearsed.run(changes, use), changes }
  }

  async holding<T>(look: () => Promise<T>): Promise<T> {
    return await look()
  }

  async config() {
    return { config: this.#index.config, revision: this.#journal.revision }
  }

  /** The first one makes a revision even if it is empty: from then on it is what followers are to have. */
  async rewrite<T>(plan: (current: Config) => Plan<T>) {
    const { changes, result } = plan(this.#index.config)
    if (changes.length === 0 && this.#journal.revision > 0) return { result, revision: null }
    const config = new Map([...this.#index.config].map(([kind, rows]) => [kind, new Map(rows)]))
    for (const change of changes) {
      const { kind, id } = change
      if (change.op === 'delete') config.get(kind)?.delete(id)
      else config.set(kind, (config.get(kind) ?? new Map<string, Entity>()).set(id, change.entity))
    }
    const rehearsed = this.#rehearsed.getStore()
    if (rehearsed !== undefined) {
      const [was, is] = [this.#index.config, config].map((each) => exported(each, this.#registry).changes)
      rehearsed.push(...turned(was ?? [], is ?? []))
      return { result, revision: null }
    }
    this.#index = new ConfigIndex(config)
    return { result, revision: this.#journal.commit(exported(config, this.#registry)) }
  }

  /** Below all that is named; everything where nothing is. */
  #below(kind: Kind, references: Within): readonly Entity[] {
    const [first] = Object.entries(references)
    if (first === undefined) return this.#index.all(kind)
    return this.#index.having(kind, ...first).filter((entity) => isWithin(entity, references))
  }

  #visible(kind: Kind, entities: readonly Entity[]): readonly Entity[] {
    if (!this.#registry.get(kind)?.ttl) return entities
    const now = this.#now()
    return entities.filter((entity) => !isExpired(entity, now))
  }
}

/** What followers of one config need to have another one. */
function turned(was: readonly EncodedChange[], is: readonly EncodedChange[]): readonly EncodedChange[] {
  const name = ({ kind, id }: EncodedChange) => `${kind} ${id}`
  const before = new Map(was.map((change) => [name(change), change.bytes]))
  const kept = new Set(is.map(name))
  const news = is.filter((change) => {
    const old = before.get(name(change))
    return change.bytes === null || !old || Buffer.compare(old, change.bytes) !== 0
  })
  const gone = was.filter((change) => !kept.has(name(change)))
  return [...news, ...gone.map(({ kind, id }) => ({ kind, id, bytes: null }))]
}

/** A batch that collects the changes of what no document declares. All else it refuses. */
function writing(entities: EntityRepository, registry: EntityRegistry, changes: Change[]): Writing {
  const isOwn = (kind: Kind) => registry.get(kind)?.internal === true
  const get: Writing['get'] = (kind, key) => entities.get(kind, key)
  return {
    get,
    hold: get,
    referencing: (kind, field, id) => entities.referencing(kind, field, [id]),
    create: async (kind) => {
      throw unsupported('create', kind)
    },
    async upsert(kind, key, draft) {
      if (!isOwn(kind)) throw unsupported('create or update', kind, key)
      const entity = { ...draft, [key.field]: key.value }
      changes.push({ op: 'upsert', kind, id: entity.id, entity })
      return entity
    },
    async update(kind, key, next) {
      const { entity } = await entities.update(kind, key, next)
      return entity
    },
    async remove(kind, key) {
      const found = await get(kind, key)
      if (found !== undefined && isOwn(kind)) changes.push({ op: 'delete', kind, id: found.id })
      else if (found !== undefined) throw unsupported('remove', kind, key)
      return found !== undefined
    },
  }
}

function seeded(registry: EntityRegistry, now: number): Config {
  const own = Map.groupBy(seeds(randomUUID(), now), ([kind]) => kind)
  return new Map(
    registry.all.map(({ kind }) => [
      kind,
      new Map((own.get(kind) ?? []).map(([, entity]) => [entity.id, entity])),
    ]),
  )
}

function isWithin(entity: Entity, within: Within): boolean {
  return Object.entries(within).every(([field, id]) => {
    const link = entity[field]
    return isJsonObject(link) && link.id === id.toLowerCase()
  })
}

function newestFirst(a: Entity, b: Entity): number {
  return Number(b.created_at ?? 0) - Number(a.created_at ?? 0) || (a.id < b.id ? 1 : -1)
}
