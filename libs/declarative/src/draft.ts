import type { Entity, EntityDefinition, Kind } from '@biplane/entities'
import type { Identity } from './identity.ts'

/** All entities that can be declared, by kind and id. */
export type Config = ReadonlyMap<Kind, ReadonlyMap<string, Entity>>

/** One valid entity of a document. */
export interface Declared {
  readonly definition: EntityDefinition
  readonly entity: Entity
  readonly origin: Identity['origin']
  /** Where it holds what the server generated, since the document gives nothing: `[['created_at'], ['config', 'secret']]`. */
  readonly generated: readonly (readonly string[])[]
}

/** A valid document: what it wants, before it meets what there is. */
export interface Draft {
  /** What is referred to comes before what refers to it. */
  readonly entities: readonly Declared[]
  /** The kinds that others write and the document is silent about: it does not mean that there be none of them. */
  readonly unspoken: readonly EntityDefinition[]
  /** Whether values are as a user writes them, and not yet as they are stored (`_transform`). */
  readonly transform: boolean
}

/** The entities by kind and id, kinds in the order in which they come. */
export function toConfig(
  entities: Iterable<{ readonly definition: EntityDefinition; readonly entity: Entity }>,
): Config {
  const config = new Map<Kind, Map<string, Entity>>()
  for (const { definition, entity } of entities) {
    const rows = config.get(definition.kind) ?? new Map<string, Entity>()
    config.set(definition.kind, rows.set(entity.id, entity))
  }
  return config
}
