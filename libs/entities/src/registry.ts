import { type EntityDefinition, type Reference, references } from './definition.ts'
import type { Kind } from './entity.ts'

/** A kind that refers to another one. */
export interface Child extends Reference {
  readonly definition: EntityDefinition
}

/** The collection of those `child` entities whose `field` names a `parent` (`/consumers/{c}/key-auth`). */
export interface NestedCollection {
  readonly parent: EntityDefinition
  readonly child: EntityDefinition
  readonly field: string
  /** Its last path segment. */
  readonly segment: string
}

export interface EntityRegistry {
  /** In topological order: what is referred to comes before what refers to it. */
  readonly all: readonly EntityDefinition[]
  readonly get: (kind: Kind) => EntityDefinition | undefined
  readonly childrenOf: (kind: Kind) => readonly Child[]
  /** The nested collections whose parent is registered. */
  readonly nestedCollections: readonly NestedCollection[]
}

/** @throws Error when two definitions share a kind, or when references form a cycle */
export function entityRegistry(definitions: readonly EntityDefinition[]): EntityRegistry {
  const byKind = new Map(definitions.map((definition) => [definition.kind, definition]))
  if (byKind.size < definitions.length) throw new Error('two entity definitions share a kind')
  const children = Map.groupBy(definitions.flatMap(childrenIn), ({ to }) => to)
  return {
    all: topologicalOrder(definitions, byKind),
    get: (kind) => byKind.get(kind),
    childrenOf: (kind) => children.get(kind) ?? [],
    nestedCollections: [...children.values()]
      .flat()
      .flatMap((child) => nestedCollection(child, byKind) ?? []),
  }
}

function childrenIn(definition: EntityDefinition): readonly Child[] {
  return references(definition).map((reference) => ({ ...reference, definition }))
}

function nestedCollection(
  { definition: child, field, to }: Child,
  byKind: ReadonlyMap<Kind, EntityDefinition>,
): NestedCollection | undefined {
  const parent = byKind.get(to)
  const segment = child.nested[field]
  return parent === undefined || segment === undefined ? undefined : { parent, child, field, segment }
}

function topologicalOrder(
  definitions: readonly EntityDefinition[],
  byKind: ReadonlyMap<Kind, EntityDefinition>,
): readonly EntityDefinition[] {
  const ordered = new Set<EntityDefinition>()
  const visit = (definition: EntityDefinition, trail: readonly Kind[]): void => {
    if (ordered.has(definition)) return
    if (trail.includes(definition.kind)) {
      throw new Error(`references form a cycle: ${[...trail, definition.kind].join(' → ')}`)
    }
    for (const { to } of references(definition)) {
      const target = byKind.get(to)
      if (target !== undefined && target !== definition) visit(target, [...trail, definition.kind])
    }
    ordered.add(definition)
  }
  for (const definition of definitions) visit(definition, [])
  return [...ordered]
}
