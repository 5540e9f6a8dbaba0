import { type Entity, isJsonObject, type Related } from '@biplane/entities'
import { toConfig } from './draft.ts'
import type { Blame } from './invalid.ts'
import type { Item } from './outline.ts'

/** What is wrong between entities of a document that refer to each other. */
export async function linkFaults(entities: ReadonlyMap<Item, Entity>): Promise<readonly Blame[]> {
  const blames: Blame[] = []
  const related = relatedAmong(entities)
  for (const [item, entity] of entities) {
    const problem = await item.definition.judgeLinks?.(entity, related)
    if (problem !== undefined) blames.push({ at: item.at, problem, item })
  }
  return blames
}

function relatedAmong(entities: ReadonlyMap<Item, Entity>): Related {
  const config = toConfig([...entities].map(([{ definition }, entity]) => ({ definition, entity })))
  const referencing = Map.groupBy(
    [...entities].flatMap(([{ definition }, entity]) =>
      Object.entries(entity).flatMap(([field, value]) =>
        isJsonObject(value) && typeof value.id === 'string'
          ? [{ key: `${definition.kind} ${field} ${value.id}`, entity }]
          : [],
      ),
    ),
    ({ key }) => key,
  )
  return {
    get: async (kind, id) => config.get(kind)?.get(id),
    referencing: async (kind, field, id) =>
      (referencing.get(`${kind} ${field} ${id}`) ?? []).map(({ entity }) => entity),
  }
}
