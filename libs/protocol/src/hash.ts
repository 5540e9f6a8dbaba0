import { createHash } from 'node:crypto'
import type { Kind } from '@biplane/entities'

/**
 * The hash of a config: the sum, modulo 2^128, of the digests of its entities. It does not depend on the order of
 * entities and is advanced in time proportional to a change: subtract the old digest, add the new one.
 */
export type Digest = bigint

const MODULUS = 1n << 128n

/** The hash of a follower that has never received a config. A synced config always holds the cluster id, so it is never this. */
export const NO_CONFIG_HASH = '0'.repeat(32)

/** The first 16 bytes of SHA-256 over kind, id and canonical bytes; NUL separates them, since neither kind nor id can hold one. */
export function digest(kind: Kind, id: string, bytes: Uint8Array): Digest {
  const hex = createHash('sha256').update(`${kind}\0${id}\0`).update(bytes).digest('hex')
  return BigInt(`0x${hex.slice(0, 32)}`)
}

/** `hash` with `removed` taken out and `added` put in. All are numbers modulo 2^128; the result is too. */
export function advance(hash: Digest, added: Digest, removed: Digest): Digest {
  return (((hash + added - removed) % MODULUS) + MODULUS) % MODULUS
}

/** 32 lower-case hex digits. */
export function toHex(hash: Digest): string {
  return hash.toString(16).padStart(32, '0')
}

/** @throws RangeError when the text is not 32 hex digits */
export function fromHex(text: string): Digest {
  if (!/^[0-9a-f]{32}$/.test(text))
    throw new RangeError(`a config hash is 32 lower-case hex digits, not '${text}'`)
  return BigInt(`0x${text}`)
}
