import { isDeepStrictEqual } from 'node:util'
import {
  type Entity,
  type EntityDefinition,
  isJsonObject,
  type Json,
  type Kind,
  type Reference,
  references,
} from '@biplane/entities'
import { chooseIds } from './adopt.ts'
import type { Config, Declared, Draft } from './draft.ts'
import { keeping } from './generated.ts'
import { hashed } from './transformed.ts'

/**
 * The config that a draft wants where `current` is: exactly the entities of the draft. One whose id the document does not
 * give may be an existing one (`chooseIds`); what the server generates stays as it is where the document is silent; and an
 * entity that says nothing new is the existing one itself, as it was last updated. What others wrote stays, where the document
 * is silent about the kind and what it refers to stays.
 *
 * @param randomKey a new secret, for hashes that need a salt
 */
export function settle(draft: Draft, randomKey: () => string, current: Config = new Map()): Config {
  const renamed = new Map<string, string>()
  const config = new Map<Kind, ReadonlyMap<string, Entity>>()
  for (const [definition, declared] of Map.groupBy(draft.entities, (each) => each.definition)) {
    const existing = current.get(definition.kind) ?? new Map<string, Entity>()
    const links = references(definition)
    const stored = declared.map((each): Declared => {
      const entity = relink(links, each.entity, renamed)
      return { ...each, entity: draft.transform ? hashed(definition, entity, randomKey) : entity }
    })
    const ids = chooseIds(definition, stored, existing)
    const rows = stored.map((each, at): [string, Entity] => {
      const id = ids[at] ?? each.entity.id
      renamed.set(renameKey(definition.kind, each.entity.id), id)
      return [id, merge(each, id, existing.get(id))]
    })
    config.set(definition.kind, new Map(rows))
  }
  for (const definition of draft.unspoken) {
    const kept = unspoken(definition, current, config)
    if (kept.size > 0) config.set(definition.kind, kept)
  }
  return config
}

/** What there is of a kind, but for what refers to something that is gone. */
function unspoken(
  definition: EntityDefinition,
  current: Config,
  config: Config,
): ReadonlyMap<string, Entity> {
  const links = references(definition)
  const holds = (entity: Entity) =>
    links.every(({ field, to }) => {
      const id = idIn(entity[field])
      return id === undefined || config.get(to)?.has(id)
    })
  return new Map([...(current.get(definition.kind) ?? [])].filter(([, entity]) => holds(entity)))
}

function idIn(reference: Json | undefined): string | undefined {
  return isJsonObject(reference) && typeof reference.id === 'string' ? reference.id : undefined
}

function renameKey(kind: Kind, id: string): string {
  return `${kind} ${id}`
}

/** With references to entities that got another id. */
function relink(
  references: readonly Reference[],
  entity: Entity,
  renamed: ReadonlyMap<string, string>,
): Entity {
  const links = references.flatMap(({ field, to }): [string, Json][] => {
    const id = idIn(entity[field])
    return id === undefined ? [] : [[field, { id: renamed.get(renameKey(to, id)) ?? id }]]
  })
  return { ...entity, ...Object.fromEntries(links) }
}

function merge({ entity, generated }: Declared, id: string, old: Entity | undefined): Entity {
  const named: Entity = { ...entity, id }
  if (old === undefined) return named
  const merged = keeping(named, old, generated)
  return isDeepStrictEqual({ ...merged, updated_at: null }, { ...old, updated_at: null }) ? old : merged
}
