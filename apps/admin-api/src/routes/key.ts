import type { Key } from '@biplane/database'
import {
  type EntityDefinition,
  invalidPrimaryKey,
  invalidUnique,
  isUuid,
  valueProblem,
} from '@biplane/entities'

/**
 * What a path segment names: a value of UUID shape is an id, anything else a value of the kind's endpoint key.
 *
 * @throws DomainError where the segment cannot name any entity of the kind
 */
export function keyOf(definition: EntityDefinition, text: string): Key {
  if (isUuid(text)) return { field: 'id', value: text.toLowerCase() }
  const { endpointKey } = definition
  const field = endpointKey === null ? undefined : definition.fields[endpointKey]
  if (endpointKey === null || field === undefined) throw invalidPrimaryKey({ id: 'expected a valid UUID' })
  const problem = valueProblem(field, text)
  if (problem !== undefined) throw invalidUnique(endpointKey, String(problem))
  return { field: endpointKey, value: text }
}
