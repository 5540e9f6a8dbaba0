import { type Entity, isJsonObject, type Json, type Kind } from '@biplane/entities'

/** All entities by kind and id. */
export type Config = ReadonlyMap<Kind, ReadonlyMap<string, Entity>>

/** One tag of one entity. */
interface Tagging {
  readonly tag: string
  readonly kind: Kind
  readonly id: string
}

/** Ways to find the entities of a config that never changes. Each is made when it is first asked for. */
export class ConfigIndex {
  readonly config: Config
  readonly #sorted = new Map<Kind, readonly Entity[]>()
  readonly #byField = new Map<string, ReadonlyMap<string, readonly Entity[]>>()
  #taggings: readonly Tagging[] | undefined

  constructor(config: Config) {
    this.config = config
  }

  /** Ordered by id. */
  all(kind: Kind): readonly Entity[] {
    let sorted = this.#sorted.get(kind)
    if (sorted === undefined) {
      sorted = [...(this.config.get(kind)?.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1))
      this.#sorted.set(kind, sorted)
    }
    return sorted
  }

  get(kind: Kind, id: string): Entity | undefined {
    return this.config.get(kind)?.get(id)
  }

  /** Those whose field is that text, or refers to that id; ordered by id. */
  having(kind: Kind, field: string, value: string): readonly Entity[] {
    return this.valuesOf(kind, field).get(value) ?? []
  }

  /** The entities of a kind by what a field of theirs says, those in which it says nothing left out. */
  valuesOf(kind: Kind, field: string): ReadonlyMap<string, readonly Entity[]> {
    const key = `${kind}\0${field}`
    let byValue = this.#byField.get(key)
    if (byValue === undefined) {
      const saying = this.all(kind).filter((entity) => textOf(entity[field]) !== undefined)
      byValue = Map.groupBy(saying, (entity) => textOf(entity[field]) ?? '')
      this.#byField.set(key, byValue)
    }
    return byValue
  }

  /** Every tag of every entity, ordered by the entity's id. */
  get taggings(): readonly Tagging[] {
    this.#taggings ??= [...this.config]
      .flatMap(([kind, rows]) => [...rows.values()].map((entity) => ({ kind, entity })))
      .sort((a, b) => (a.entity.id < b.entity.id ? -1 : 1))
      .flatMap(({ kind, entity }) => tagsOf(entity).map((tag) => ({ tag, kind, id: entity.id })))
    return this.#taggings
  }
}

export function tagsOf({ tags = null }: Entity): readonly string[] {
  return Array.isArray(tags) ? tags.map(String) : []
}

function textOf(value: Json | undefined): string | undefined {
  const told = isJsonObject(value) ? value.id : value
  return typeof told === 'string' ? told : undefined
}
