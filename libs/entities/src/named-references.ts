import { type EntityDefinition, references, uniqueKeys } from './definition.ts'
import { DomainError, schemaViolation } from './domain-error.ts'
import type { Entity, Kind } from './entity.ts'
import { isJsonObject } from './json.ts'
import { luaText } from './lua-text.ts'
import type { EntityRegistry } from './registry.ts'

/** A reference by other than the id, `{ "name": "x" }`: the entity of kind `to` that one of `by` finds, tried in order. */
export interface NamedReference {
  readonly field: string
  readonly to: Kind
  readonly by: readonly { readonly field: string; readonly value: string }[]
}

/**
 * The references of a valid draft that are still to be looked up and replaced by `{ id }`. References to kinds that are
 * not registered are left out.
 *
 * @throws DomainError (schema violation) when a reference names nothing that could be unique
 */
export function namedReferences(
  registry: EntityRegistry,
  definition: EntityDefinition,
  draft: Entity,
): readonly NamedReference[] {
  return references(definition).flatMap(({ field, to }) => {
    const value = draft[field]
    const target = registry.get(to)
    if (target === undefined || !isJsonObject(value) || typeof value.id === 'string') return []
    const by = uniqueKeys(target).flatMap(([name = '', ...more]) => {
      const text = Object.hasOwn(value, name) ? value[name] : undefined
      return more.length === 0 && typeof text === 'string' ? [{ field: name, value: text }] : []
    })
    if (by.length === 0) throw schemaViolation({ [field]: { id: 'missing primary key' } })
    return [{ field, to, by }]
  })
}

/** The refusal of references that name nothing that exists. */
export function foreignKeysUnresolved(unresolved: readonly NamedReference[]): DomainError {
  const faults = unresolved.flatMap(({ field, to, by }) =>
    by.map((key) => ({ field, name: key.field, message: unresolvedMessage(to, key) })),
  )
  const text = faults.map(({ field, name, message }) => `${field}.${name}: ${message}`).join('; ')
  const details = unresolved.map(({ field, to, by }) => [
    field,
    Object.fromEntries(by.map((key) => [key.field, unresolvedMessage(to, key)])),
  ])
  return new DomainError(
    'foreign keys unresolved',
    faults.length === 1
      ? `foreign key unresolved (${text})`
      : `${faults.length} foreign keys unresolved (${text})`,
    Object.fromEntries(details),
  )
}

function unresolvedMessage(to: Kind, { field, value }: NamedReference['by'][number]): string {
  return `the foreign key cannot be resolved with '${luaText({ [field]: value })}' for an existing '${to}' entity`
}
