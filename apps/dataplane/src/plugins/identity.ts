import { isExpired, isJsonObject, type Kind } from '@biplane/entities'
import type { StoredConfig } from '../runtime/stored-config.ts'
import type { IdentityLookups } from './context.ts'

/** By which unique field the credentials of a kind are found. */
export type CredentialKeys = ReadonlyMap<Kind, string>

/**
 * The lookups of one request. All of them read the one revision that the request began with; `onRead` is told which that
 * was, as the store itself says it.
 *
 * @param now seconds since the epoch: what has expired is absent, though it stays stored until the control plane deletes it
 */
export function identityLookups(
  stored: StoredConfig | null,
  keys: CredentialKeys,
  now: () => number,
  onRead: (revision: number) => void,
): IdentityLookups {
  return {
    credential(kind, key) {
      const field = keys.get(kind)
      if (stored === null || field === undefined) return undefined
      onRead(stored.revision)
      const credential = stored.find(kind, field, key)
      if (credential === undefined || isExpired(credential, now())) return undefined
      const { consumer: reference = null } = credential
      if (!isJsonObject(reference) || typeof reference.id !== 'string') return undefined
      const consumer = stored.get('consumers', reference.id)
      return consumer === undefined ? undefined : { credential, consumer }
    },
    consumer(idOrUsername) {
      if (stored === null) return undefined
      onRead(stored.revision)
      return stored.get('consumers', idOrUsername) ?? stored.find('consumers', 'username', idOrUsername)
    },
    groups(consumerId) {
      if (stored === null) return []
      onRead(stored.revision)
      return stored.list('acls', 'consumer.id', consumerId).map(({ group }) => String(group))
    },
  }
}
