import type { KeyObject } from 'node:crypto'
import type { Manifest } from './manifest.ts'
import { newDataKey, type StoreKey, storeKeyOf, unwrap, wrap } from './store-key.ts'

/** How a process wants its store to lie on the disk. */
export interface Encryption {
  /** Whether what is written from now on is encrypted. What is not so when the store is opened is written anew. */
  readonly on: boolean
  /** Those it may be read with, and is wrapped for: the current one, and previous ones. At least one where it is on. */
  readonly keys: readonly StoreKey[]
}

export const OFF: Encryption = { on: false, keys: [] }

/** Those settings of a hub or a node that tell how its store lies on the disk. */
export interface EncryptionSettings extends KeySettings {
  readonly declarative_config_encryption_mode: 'off' | 'aes-256-gcm'
}

/** PEM */
export interface KeySettings {
  readonly cluster_cert_key: string
  readonly cluster_cert_key_previous: readonly string[]
}

/** The keys are known also where encryption is off: what is still encrypted then must be read once more. */
export function encryptionFrom(settings: EncryptionSettings): Encryption {
  return { on: settings.declarative_config_encryption_mode !== 'off', keys: storeKeysFrom(settings) }
}

/** The current one first. */
export function storeKeysFrom(settings: KeySettings): StoreKey[] {
  return [settings.cluster_cert_key, ...settings.cluster_cert_key_previous].map(storeKeyOf)
}

/** A data key of its own for every generation: what one has leaked of another tells nothing of it. Null without encryption. */
export function newDataKeyFor({ on, keys }: Encryption): KeyObject | null {
  if (!on) return null
  if (keys.length === 0) throw new Error('an encrypted store needs a key')
  return newDataKey()
}

/** How a data key stands in the manifest: readable with each of the keys. */
export function wrapFor(dataKey: KeyObject | null, { keys }: Pick<Encryption, 'keys'>): Manifest['keyCheck'] {
  return dataKey === null ? null : wrap(dataKey, keys)
}

export type Unlocked =
  | { readonly kind: 'unlocked'; readonly key: KeyObject | null }
  /** The store is encrypted, and none of the keys opens it. */
  | { readonly kind: 'locked'; readonly reason: string }

/** The data key of the active generation. */
export function unlock({ keyCheck }: Manifest, keys: readonly StoreKey[]): Unlocked {
  if (keyCheck === null) return { kind: 'unlocked', key: null }
  const key = unwrap(keyCheck, keys)
  if (key !== null) return { kind: 'unlocked', key }
  const needed = keyCheck.map(({ key }) => key).join(' or ')
  const given = keys.map(({ id }) => id).join(', ') || 'none'
  return {
    kind: 'locked',
    reason: `it is encrypted and can be read only with the private key whose public key has the SHA-256 digest ${needed}; given: ${given}`,
  }
}
