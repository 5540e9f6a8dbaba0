import { type EntityDefinition, references } from './definition.ts'
import { DomainError } from './domain-error.ts'
import type { Kind } from './entity.ts'
import { isUuid } from './identity.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { luaText } from './lua-text.ts'
import type { EntityRegistry } from './registry.ts'
import { valueProblem } from './value-problem.ts'

/** A reference by other than the id, `{ "name": "x" }`: the entity of kind `to` that one of `by` finds, tried in order. */
export interface NamedReference {
  readonly field: string
  readonly to: Kind
  readonly by: readonly { readonly field: string; readonly value: string }[]
}

/**
 * The references of an input that name no id, by all that could find what they mean: unique fields with a value that they
 * accept. What cannot be looked up is left for validation to refuse, and so are references to kinds that are not registered.
 */
export function namedReferences(
  registry: EntityRegistry,
  definition: EntityDefinition,
  input: JsonObject,
): readonly NamedReference[] {
  return references(definition).flatMap(({ field, to }) => {
    const value = Object.hasOwn(input, field) ? input[field] : undefined
    const target = registry.get(to)
    if (target === undefined || !isJsonObject(value) || isUuid(value.id)) return []
    const by = Object.entries(target.fields).flatMap(([name, constraint]) => {
      if (!constraint.unique && name !== target.endpointKey) return []
      const text = Object.hasOwn(value, name) ? value[name] : undefined
      const finds = typeof text === 'string' && valueProblem(constraint, text) === undefined
      return finds ? [{ field: name, value: text }] : []
    })
    return by.length === 0 ? [] : [{ field, to, by }]
  })
}

/** The refusal of references that name nothing that exists. */
export function foreignKeysUnresolved(unresolved: readonly NamedReference[]): DomainError {
  const faults = unresolved.flatMap(({ field, to, by }) =>
    by.map((key) => `${field}.${key.field}: ${unresolvedMessage(to, key)}`),
  )
  const text = faults.toSorted().join('; ')
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
