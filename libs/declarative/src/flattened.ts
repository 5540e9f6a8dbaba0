import { isUuid, type Json, type JsonObject, type Problem } from '@biplane/entities'
import type { Fault } from './error-tree.ts'
import type { Invalid } from './invalid.ts'
import type { Item } from './outline.ts'

/** The errors of one entity, as `flatten_errors=1` asks for them. */
export interface FlattenedErrors {
  readonly entity_type: string
  readonly entity_id?: string
  readonly entity_name?: string
  readonly entity_tags?: readonly string[]
  /** As it was sent, without what is nested in it. */
  readonly entity: JsonObject
  readonly errors: readonly FlatError[]
}

export type FlatError =
  | { readonly type: 'field'; readonly field: string; readonly message: string }
  | { readonly type: 'entity'; readonly message: string }

/**
 * The faults by entity, in Kong's order: kinds and positions from the last to the first, what is nested before what it is
 * nested in. `rest` are the faults that are no entity's.
 */
export function flattenErrors(invalid: Invalid): {
  readonly flattened: readonly FlattenedErrors[]
  readonly rest: readonly Fault[]
} {
  const faults = Map.groupBy(invalid.faults, ({ item }) => item)
  const flattened = inKongsOrder(invalid.items).flatMap((item) => {
    const own = faults.get(item) ?? []
    const errors = own.flatMap(({ said, problem }) => flatErrors(said ?? problem, ''))
    return errors.length === 0 ? [] : [describe(item, invalid.derivedIds.get(item), errors)]
  })
  return { flattened, rest: faults.get(undefined) ?? [] }
}

function inKongsOrder(items: readonly Item[]): readonly Item[] {
  const nested = Map.groupBy(items, ({ parent }) => parent?.item)
  const withNested = (item: Item): readonly Item[] => [...(nested.get(item) ?? []).flatMap(withNested), item]
  const kinds = Map.groupBy(nested.get(undefined) ?? [], ({ definition }) => definition.kind)
  return [...kinds]
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .flatMap(([, tops]) => tops.toReversed().flatMap(withNested))
}

function flatErrors(problem: Problem, field: string): readonly FlatError[] {
  if (typeof problem === 'string') {
    return [field === '' ? { type: 'entity', message: problem } : { type: 'field', field, message: problem }]
  }
  if (isList(problem)) {
    return problem
      .flatMap((inner, index) => (inner === null ? [] : [flatErrors(inner, joined(field, index + 1))]))
      .toReversed()
      .flat()
  }
  const names = Object.keys(problem).sort().toReversed()
  return names.flatMap((name) => {
    const inner = problem[name] ?? []
    return name === '@entity' ? entityErrors(inner) : flatErrors(inner, joined(field, name))
  })
}

function entityErrors(problem: Problem): readonly FlatError[] {
  const messages = isList(problem) ? problem : [problem]
  return messages.flatMap((message) => (typeof message === 'string' ? [{ type: 'entity', message }] : []))
}

function joined(field: string, name: string | number): string {
  return field === '' ? String(name) : `${field}.${name}`
}

function isList(problem: Problem): problem is readonly (Problem | null)[] {
  return Array.isArray(problem)
}

function describe(item: Item, derivedId: string | undefined, errors: readonly FlatError[]): FlattenedErrors {
  const { sent, definition, parent } = item
  const entity: JsonObject = {
    ...withoutNested(sent, item),
    ...(derivedId !== undefined && { id: derivedId }),
  }
  const holder = parent?.item.sent.id
  const { id, name, tags } = entity
  return {
    entity_type: definition.kind.replace(/s$/, ''),
    ...(isUuid(id) && { entity_id: id }),
    ...(typeof name === 'string' && name !== '' && { entity_name: name }),
    ...(isTags(tags) && { entity_tags: tags }),
    entity:
      parent !== undefined && isUuid(holder) && (entity[parent.field] ?? null) === null
        ? { ...entity, [parent.field]: { id: holder } }
        : entity,
    errors,
  }
}

function withoutNested(sent: JsonObject, { lists }: Item): JsonObject {
  return Object.fromEntries(Object.entries(sent).filter(([name]) => !lists.includes(name)))
}

function isTags(tags: Json | undefined): tags is readonly string[] {
  return Array.isArray(tags) && tags.every((tag: Json) => typeof tag === 'string')
}
