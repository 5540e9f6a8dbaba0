import {
  type FieldErrors,
  isJsonObject,
  isUuid,
  type Json,
  type JsonObject,
  type Kind,
  type Problem,
  references,
} from '@biplane/entities'
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
    const problems = (faults.get(item) ?? []).map(({ said, problem }) => said ?? problem)
    const written = writtenReferences(item)
    const errors = problems.flatMap((problem) => flatErrors(without(problem, written), ''))
    const own = errors.length === 0 ? [] : [describe(item, invalid.derivedIds.get(item), errors)]
    return [...written.flatMap((one) => ofReferred(one, problems)), ...own]
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

/** An entity that is written where it is referred to: what is wrong with it is told as its own. */
interface Written {
  readonly field: string
  readonly to: Kind
  readonly sent: JsonObject
}

function writtenReferences({ definition, sent }: Item): readonly Written[] {
  return references(definition).flatMap(({ field, to }) => {
    const value = Object.hasOwn(sent, field) ? sent[field] : undefined
    return isJsonObject(value) ? [{ field, to, sent: value }] : []
  })
}

function ofReferred({ field, to, sent }: Written, problems: readonly Problem[]): readonly FlattenedErrors[] {
  const errors = problems.flatMap((problem) => {
    const inner = isFields(problem) ? problem[field] : undefined
    return inner === undefined || typeof inner === 'string' ? [] : flatErrors(inner, '')
  })
  return errors.length === 0 ? [] : [{ ...identity(to, sent), entity: sent, errors }]
}

/** What is wrong beside what is told of entities that are referred to. */
function without(problem: Problem, written: readonly Written[]): Problem {
  if (!isFields(problem)) return problem
  const told = (name: string) => written.some(({ field }) => field === name)
  return Object.fromEntries(
    Object.entries(problem).filter(([name, inner]) => typeof inner === 'string' || !told(name)),
  )
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

function isFields(problem: Problem): problem is FieldErrors {
  return typeof problem === 'object' && !isList(problem)
}

function isList(problem: Problem): problem is readonly (Problem | null)[] {
  return Array.isArray(problem)
}

function describe(item: Item, derivedId: string | undefined, errors: readonly FlatError[]): FlattenedErrors {
  const { definition, parent } = item
  const entity: JsonObject = {
    ...withoutNested(item),
    ...(derivedId !== undefined && { id: derivedId }),
  }
  const holder = parent?.item.sent.id
  return {
    ...identity(definition.kind, entity),
    entity:
      parent !== undefined && isUuid(holder) && (entity[parent.field] ?? null) === null
        ? { ...entity, [parent.field]: { id: holder } }
        : entity,
    errors,
  }
}

function identity(kind: Kind, { id, name, tags }: JsonObject): Omit<FlattenedErrors, 'entity' | 'errors'> {
  return {
    entity_type: kind.replace(/s$/, ''),
    ...(isUuid(id) && { entity_id: id }),
    ...(typeof name === 'string' && name !== '' && { entity_name: name }),
    ...(isTags(tags) && { entity_tags: tags }),
  }
}

/** The references of an item by their ids alone; without one, nothing is left of it. */
function withoutNested(item: Item): JsonObject {
  const written = new Map(writtenReferences(item).map((one) => [one.field, one.sent.id]))
  return Object.fromEntries(
    Object.entries(item.sent).flatMap(([name, value]): [string, Json][] => {
      if (item.lists.includes(name)) return []
      if (!written.has(name)) return [[name, value]]
      const id = written.get(name)
      return isUuid(id) ? [[name, { id }]] : []
    }),
  )
}

function isTags(tags: Json | undefined): tags is readonly string[] {
  return Array.isArray(tags) && tags.every((tag: Json) => typeof tag === 'string')
}
