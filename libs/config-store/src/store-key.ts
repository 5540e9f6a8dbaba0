import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { isJsonObject, type Json } from '@biplane/entities'
import { Xaes } from './xaes.ts'

/** A key that opens encrypted stores, made from a private key that the process has anyway. */
export interface StoreKey {
  /** Names it without telling it: the SHA-256 digest of the public key (SPKI), hexadecimal. */
  readonly id: string
  readonly secret: KeyObject
}

/** The data key of a store, readable with one store key. */
export interface WrappedKey {
  /** The id of the store key. */
  readonly key: string
  /** base64 */
  readonly wrapped: string
}

/** The same for every file that holds the same private key, however that is written. */
export function storeKeyOf(privateKey: string): StoreKey {
  const key = createPrivateKey(privateKey)
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const id = createHash('sha256').update(publicKey).digest()
  const secret = hkdfSync('sha256', secretPart(key), id, 'biplane config store', KEY_BYTES)
  return { id: id.toString('hex'), secret: createSecretKey(Buffer.from(secret)) }
}

export function newDataKey(): KeyObject {
  return createSecretKey(randomBytes(KEY_BYTES))
}

export function wrap(dataKey: KeyObject, keys: readonly StoreKey[]): WrappedKey[] {
  return keys.map(({ id, secret }) => ({
    key: id,
    wrapped: new Xaes(secret).seal(dataKey.export(), Buffer.from(id)).toString('base64'),
  }))
}

/** The data key, or null where none of the keys opens it. */
export function unwrap(wrapped: readonly WrappedKey[], keys: readonly StoreKey[]): KeyObject | null {
  for (const { id, secret } of keys) {
    for (const candidate of wrapped.filter(({ key }) => key === id)) {
      const dataKey = tryOpen(secret, candidate)
      if (dataKey !== null) return dataKey
    }
  }
  return null
}

/** Whether it is wrapped for exactly these keys. */
export function isWrappedFor(wrapped: readonly WrappedKey[], keys: readonly StoreKey[]): boolean {
  const ids = (names: readonly string[]) => [...new Set(names)].sort().join()
  return ids(wrapped.map(({ key }) => key)) === ids(keys.map(({ id }) => id))
}

/** @throws SyntaxError when it is something else */
export function toWrappedKeys(value: Json | undefined): WrappedKey[] {
  if (!Array.isArray(value) || value.length === 0) throw new SyntaxError('no key is named')
  return value.map((one) => {
    if (isJsonObject(one) && typeof one.key === 'string' && typeof one.wrapped === 'string')
      return { key: one.key, wrapped: one.wrapped }
    throw new SyntaxError('a wrapped key has an id and a text')
  })
}

const KEY_BYTES = 32

function tryOpen(secret: KeyObject, { key, wrapped }: WrappedKey): KeyObject | null {
  try {
    return createSecretKey(new Xaes(secret).open(Buffer.from(wrapped, 'base64'), Buffer.from(key)))
  } catch {
    return null // changed since it was written: another key may open another copy
  }
}

/** Files of one elliptic key differ in whether they hold the public key too; the scalar is the same in all. */
function secretPart(key: KeyObject): Buffer {
  const { namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  const scalar = JWK_CURVES.has(namedCurve) ? key.export({ format: 'jwk' }).d : undefined
  return scalar === undefined
    ? key.export({ type: 'pkcs8', format: 'der' })
    : Buffer.from(scalar, 'base64url')
}

const JWK_CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1', 'secp256k1'])
