import type { Key } from '@biplane/database'
import {
  type EntityDefinition,
  invalidPrimaryKey,
  invalidUnique,
  isUuid,
  valueProblem,
} from '@biplane/entities'
import type { Parent } from './collection.ts'

/**
 * What a path segment names: a value of UUID shape is an id, anything else a value of the kind's endpoint key. Below a
 * parent it may be a value that is unique there only.
 *
 * @throws DomainError where the segment cannot name any entity of the kind
 */
export function keyOf(definition: EntityDefinition, text: string, parent?: Parent): Key {
  if (isUuid(text)) return { field: 'id', value: text.toLowerCase() }
  const { endpointKey, nestedKey } = definition
  if (parent !== undefined && nestedKey !== null) {
    return { field: nestedKey, value: text, of: { [parent.field]: parent.id } }
  }
  const field = endpointKey === null ? undefined : definition.fields[endpointKey]
  if (endpointKey === null || field === undefined) throw invalidPrimaryKey({ id: 'expected a valid UUID' })
  const problem = valueProblem(field, text)
  if (problem !== undefined) throw invalidUnique(endpointKey, String(problem))
  return { field: endpointKey, value: text }
}
