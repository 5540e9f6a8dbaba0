import {
  type Entity,
  type EntityDefinition,
  type EntityRegistry,
  isJsonObject,
  type Json,
  type JsonObject,
  references,
} from '@biplane/entities'
import type { Config } from './draft.ts'
import { declarable } from './outline.ts'

/**
 * A config as a document that says all of it, in the form in which Kong exports one: flat lists of whole entities, nulls
 * included, by id; references as ids. One thing is not Kong's: a credential that ends says at which moment (`expires_at`,
 * seconds since the epoch), and not what was left of it when it was printed, so a document does not revive the dead.
 */
export function printConfig(config: Config, registry: EntityRegistry): JsonObject {
  const lists = printedLists(config, registry).map(({ kind, entities }) => [kind, [...entities]] as const)
  return { ...HEAD, ...Object.fromEntries(lists) }
}

/** What a printed document says of itself: its values are as they are stored. */
export const HEAD = { _format_version: '3.0', _transform: false } as const

export interface PrintedList {
  readonly kind: string
  readonly entities: Iterable<JsonObject>
}

/** The lists of a document in their order; those without entities are left out. */
export function printedLists(config: Config, registry: EntityRegistry): readonly PrintedList[] {
  return declarable(registry).flatMap((definition) => {
    const rows = config.get(definition.kind)
    if (rows === undefined || rows.size === 0) return []
    const sorted = [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
    return [{ kind: definition.kind, entities: sorted.map((entity) => printed(definition, entity)) }]
  })
}

function printed(definition: EntityDefinition, entity: Entity): JsonObject {
  const { expires_at: end = null, ...rest } = entity
  const links = references(definition).flatMap(({ field }): [string, Json][] => {
    const value = entity[field] ?? null
    return isJsonObject(value) ? [[field, value.id ?? null]] : []
  })
  return { ...rest, ...Object.fromEntries(links), ...(end !== null && { expires_at: end }) }
}
