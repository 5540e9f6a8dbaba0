import type { Key } from '@biplane/database'
import { DomainError, type Kind } from '@biplane/entities'

/** Kong's words for a write, without a database (admin API facts, section 7). */
export type Operation = 'create' | 'update' | 'create or update' | 'remove'

/** @param key what the entity was named by, where it was named; by a name that is its parent's to give, Kong finds the id first */
export function unsupported(operation: Operation, kind: Kind, key?: Key): DomainError {
  const by = key === undefined || key.field === 'id' || key.of !== undefined ? '' : ` by '${key.field}'`
  return new DomainError(
    'operation unsupported',
    `cannot ${operation} '${kind}' entities${by} when not using a database`,
  )
}
