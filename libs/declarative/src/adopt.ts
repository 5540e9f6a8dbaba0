import { canonicalJson, type Entity, type EntityDefinition, uniqueKeys } from '@biplane/entities'
import type { Declared } from './draft.ts'
import { derivedId } from './identity.ts'

/**
 * The ids that declared entities of one kind have where `existing` are. An id that the document gives stays. Else the
 * entity is the existing one that has a unique value of it, or, where its id is only drawn, one of the same content.
 */
export function chooseIds(
  definition: EntityDefinition,
  declared: readonly Declared[],
  existing: ReadonlyMap<string, Entity>,
): readonly string[] {
  const taken = new Set(declared.flatMap(({ origin, entity }) => (origin === 'given' ? [entity.id] : [])))
  const take = (ids: Iterable<string>): string | undefined => {
    for (const id of ids) {
      if (taken.has(id)) continue
      taken.add(id)
      return id
    }
    return undefined
  }
  const keys = uniqueKeys(definition)
  const byName = index(existing, (entity) => names(keys, entity))
  const named = declared.map(({ origin, entity }) => {
    if (origin === 'given') return entity.id
    return take(names(keys, entity).flatMap((name) => byName.get(name) ?? []))
  })
  const isNameless = ({ origin }: Declared, at: number) => named[at] === undefined && origin === 'drawn'
  const byContent = declared.some(isNameless) ? index(existing, (entity) => [content(entity)]) : byName
  const alike = declared.map((each, at) =>
    isNameless(each, at) ? take(byContent.get(content(each.entity)) ?? []) : named[at],
  )
  return declared.map(({ entity }, at) => alike[at] ?? take(idsAfter(definition, entity.id)) ?? entity.id)
}

function index(
  existing: ReadonlyMap<string, Entity>,
  keysOf: (entity: Entity) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>()
  for (const entity of existing.values()) {
    for (const key of keysOf(entity)) {
      const same = ids.get(key)
      if (same === undefined) ids.set(key, [entity.id])
      else same.push(entity.id)
    }
  }
  return ids
}

/** The unique values of an entity, each with the fields that hold it. */
function names(keys: readonly (readonly string[])[], entity: Entity): readonly string[] {
  return keys.flatMap((fields) => {
    const values = fields.map((field) => entity[field] ?? null)
    return fields.length === 1 && values[0] === null ? [] : [canonicalJson([...fields, ...values])]
  })
}

/** All that a document says of an entity. */
function content({ id: _, created_at: __, updated_at: ___, ...rest }: Entity): string {
  return canonicalJson(rest)
}

/** The id itself, and where an existing entity has it, the ids that follow from it. */
function* idsAfter({ kind }: EntityDefinition, id: string): Generator<string> {
  for (let next = id; ; next = derivedId(kind, next)) yield next
}
