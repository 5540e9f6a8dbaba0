import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { Kind } from '@biplane/entities'
import { Xaes } from './xaes.ts'

/** What lies on the disk in place of what a generation holds. */
export interface Cipher {
  /** The bytes of a record as they lie under its key. */
  seal(key: string, bytes: Uint8Array): Uint8Array
  /** @throws Altered when they were not sealed for this key in this generation */
  open(key: string, sealed: Buffer): Buffer
  /** The value of a field as part of the key that entities are found by. */
  valuePart(kind: Kind, field: string, value: string): string
}

/**
 * Of a data key: everything is sealed under it and bound to its place, so that a record that was moved to another key or
 * comes from another generation is none. Values in keys are told by their HMAC alone: without the data key nobody can tell
 * whether a guess is right. Of null: as it is.
 */
export function cipherOf(dataKey: KeyObject | null): Cipher {
  return dataKey === null ? PLAIN : encrypting(dataKey)
}

/** A record is not what was put there. */
export class Altered extends Error {}

const LONGEST_PLAIN_VALUE = 200

export const PLAIN: Cipher = {
  seal: (_key, bytes) => bytes,
  open: (_key, sealed) => sealed,
  /** As it is where that is short and unambiguous, else its digest, since clients send any value. */
  valuePart(_kind, _field, value) {
    if (value.length <= LONGEST_PLAIN_VALUE && !value.includes('\0') && value.isWellFormed())
      return `=${value}`
    return `#${createHash('sha256').update(JSON.stringify(value)).digest('base64')}`
  },
}

function encrypting(dataKey: KeyObject): Cipher {
  const records = new Xaes(derived(dataKey, 'records'))
  const lookups = derived(dataKey, 'lookups')
  return {
    seal: (key, bytes) => records.seal(bytes, Buffer.from(key)),
    open(key, sealed) {
      try {
        return records.open(sealed, Buffer.from(key))
      } catch (cause) {
        const name = key.split('\0').slice(0, 3).join(' ')
        throw new Altered(`the record '${name}' was changed, or is not of this store`, { cause })
      }
    },
    valuePart(kind, field, value) {
      const text = JSON.stringify([kind, field, value])
      return `~${createHmac('sha256', lookups).update(text).digest('base64')}`
    },
  }
}

function derived(dataKey: KeyObject, purpose: string): KeyObject {
  const bytes = hkdfSync('sha256', dataKey, '', `biplane config store ${purpose}`, 32)
  return createSecretKey(Buffer.from(bytes))
}
