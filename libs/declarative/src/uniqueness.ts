import { canonicalJson, type Entity, type EntityDefinition, type Json, uniqueKeys } from '@biplane/entities'
import type { Blame } from './invalid.ts'
import type { Item } from './outline.ts'
import { perDefinition } from './per-definition.ts'

/** The ids and endpoint keys that are declared twice; the second one is at fault. */
export function repeatedKeys(entities: ReadonlyMap<Item, Entity>): readonly Blame[] {
  const seen = new Set<string>()
  return [...entities].flatMap(([item, entity]) => {
    const { kind, endpointKey, fields } = item.definition
    const name = endpointKey !== null && fields[endpointKey]?.unique ? entity[endpointKey] : null
    const repeated =
      (endpointKey !== null && typeof name === 'string' && claim(seen, kind, [endpointKey], [name])) ||
      claim(seen, kind, ['primary key'], [entity.id])
    return repeated ? [{ at: item.at, problem: repeated, item }] : []
  })
}

/** The other unique fields, and those that are unique together: told by the name of the entity, as Kong does. */
export function repeatedValues(entities: ReadonlyMap<Item, Entity>): readonly Blame[] {
  const seen = new Set<string>()
  const keysOf = perDefinition(uniqueKeys)
  return [...entities].flatMap(([item, entity]) => {
    const { definition } = item
    return keysOf(definition).flatMap((key) => {
      // A field that the entity has only when it is set tells nothing where it is not.
      const fields = key.filter((field) => Object.hasOwn(entity, field) || !isSparse(definition, field))
      const values = fields.map((field) => entity[field] ?? null)
      const alone = fields.length === 1
      if (alone && (values[0] === null || fields[0] === definition.endpointKey)) return []
      const repeated = claim(seen, definition.kind, fields, values)
      return repeated ? [{ at: [definition.kind, nameOf(definition, entity)], problem: repeated, item }] : []
    })
  })
}

function isSparse({ onlyWhenSet }: EntityDefinition, field: string): boolean {
  return onlyWhenSet.includes(field)
}

function nameOf({ endpointKey }: EntityDefinition, entity: Entity): string {
  const name = endpointKey === null ? null : entity[endpointKey]
  return typeof name === 'string' ? name : entity.id
}

/** The sentence about a key that is taken; takes it where it is free. */
function claim(
  seen: Set<string>,
  kind: string,
  fields: readonly string[],
  values: readonly Json[],
): string | undefined {
  const key = canonicalJson([kind, ...fields, ...values])
  if (seen.has(key)) {
    const shown = values.map((value) => (typeof value === 'string' ? value : canonicalJson(value)))
    return `uniqueness violation: '${kind}' entity with ${fields.join(', ')} set to '${shown.join(', ')}' already declared`
  }
  seen.add(key)
  return undefined
}
