import type { KeyObject } from 'node:crypto'
import type { Manifest } from './manifest.ts'
import { newDataKey, type StoreKey, storeKeyOf, unwrap, type WrappedKey, wrap } from './store-key.ts'

/** How a process wants its store to lie on the disk. */
export interface Encryption {
  /** Whether what is written from now on is encrypted. What is not so when the store is opened is written anew. */
  readonly on: boolean
  /** Those it may be read with, and is wrapped for: the current one, and previous ones. At least one where it is on. */
  readonly keys: readonly StoreKey[]
}

export const OFF: Encryption = { on: false, keys: [] }

/** Those settings of a hub or a node that tell how its store lies on the disk. */
export interface EncryptionSettings {
  readonly declarative_config_encryption_mode: 'off' | 'aes-256-gcm'
  /** PEM */
  readonly cluster_cert_key: string
  readonly cluster_cert_key_previous: readonly string[]
}

/** The keys are known also where encryption is off: what is still encrypted then must be read once more. */
export function encryptionFrom(settings: EncryptionSettings): Encryption {
  const { declarative_config_encryption_mode: mode, cluster_cert_key, cluster_cert_key_previous } = settings
  return { on: mode !== 'off', keys: [cluster_cert_key, ...cluster_cert_key_previous].map(storeKeyOf) }
}

/** The key of a generation to be written, and how that stands in the manifest. */
export interface GenerationKey {
  readonly key: KeyObject | null
  readonly keyCheck: readonly WrappedKey[] | null
}

/** A data key of its own for every generation: what one has leaked of another tells nothing of it. */
export function newGenerationKey({ on, keys }: Encryption): GenerationKey {
  if (!on) return { key: null, keyCheck: null }
  if (keys.length === 0) throw new Error('an encrypted store needs a key')
  const key = newDataKey()
  return { key, keyCheck: wrap(key, keys) }
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
