import {
  type Entity,
  type EntityDefinition,
  type EntityRegistry,
  foreignKeysUnresolved,
  type JsonObject,
  type NamedReference,
  namedReferences,
} from '@biplane/entities'
import type { EntityRepository } from './backend.ts'

/**
 * The references of an input that name what they mean by another unique field than the id (`{ "name": "x" }`), as
 * `{ id }`. That it still exists when the entity is stored, the repository makes sure.
 *
 * @throws DomainError (foreign keys unresolved) where there is no such entity
 */
export async function resolveLinks(
  repository: EntityRepository,
  registry: EntityRegistry,
  definition: EntityDefinition,
  input: JsonObject,
): Promise<JsonObject> {
  const links: [string, JsonObject][] = []
  const unresolved: NamedReference[] = []
  for (const reference of namedReferences(registry, definition, input)) {
    const target = await find(repository, reference)
    if (target === undefined) unresolved.push(reference)
    else links.push([reference.field, { id: target.id }])
  }
  if (unresolved.length > 0) throw foreignKeysUnresolved(unresolved)
  return Object.fromEntries(links)
}

async function find(repository: EntityRepository, { to, by }: NamedReference): Promise<Entity | undefined> {
  for (const key of by) {
    const entity = await repository.get(to, key)
    if (entity !== undefined) return entity
  }
  return undefined
}
