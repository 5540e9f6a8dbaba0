import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import type { Json } from '@biplane/entities'

/** A key as an operator names it. */
export interface NamedKey {
  /** Stands beside whatever was sealed with it. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** What a box belongs to: it cannot be opened as that of another. */
export interface Owner {
  readonly kind: string
  readonly id: string
}

/**
 * Seals and opens secrets: AES-256-GCM, with the kind and the id of the entity as associated data. A box is
 * `key id:base64(nonce, tag, text)`; all keys open, one seals. Without keys it seals nothing.
 */
export class Keyring {
  readonly #keys: ReadonlyMap<string, KeyObject>
  /** The id of the key that seals; null where secrets are stored in clear. */
  readonly sealsWith: string | null
  #digestKey: KeyObject | null = null

  /** @param isSealing without it, what was sealed can be read, but is written in clear */
  constructor(keys: readonly NamedKey[], isSealing = keys.length > 0) {
    this.#keys = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]))
    this.sealsWith = isSealing ? (keys[0]?.id ?? null) : null
  }

  /** In the order given. */
  get ids(): readonly string[] {
    return [...this.#keys.keys()]
  }

  /** @throws Error for a key that is not here */
  seal(id: string, owner: Owner, text: string): string {
    const nonce = randomBytes(NONCE)
    const cipher = createCipheriv(CIPHER, this.#key(id), nonce, { authTagLength: TAG })
    cipher.setAAD(associated(owner))
    const sealed = [cipher.update(text, 'utf8'), cipher.final()]
    return `${id}:${Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]).toString('base64')}`
  }

  /** @throws Error for a key that is not here, and for a box that was changed or belongs to another */
  open(owner: Owner, box: string): string {
    const id = keyIdOf(box)
    const bytes = Buffer.from(box.slice(id.length + 1), 'base64')
    const decipher = createDecipheriv(CIPHER, this.#key(id), bytes.subarray(0, NONCE), { authTagLength: TAG })
    try {
      decipher.setAAD(associated(owner)).setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
      return decipher.update(bytes.subarray(NONCE + TAG), undefined, 'utf8') + decipher.final('utf8')
    } catch (cause) {
      const { kind, id: ownerId } = owner
      throw new Error(`what the key '${id}' sealed of ${kind} ${ownerId} does not open with it`, { cause })
    }
  }

  /** What digests are made with, once the database has told: it is the same for all who share it, and outlives every key. */
  useDigestKey(key: Uint8Array): void {
    this.#digestKey = createSecretKey(key)
  }

  /** By what a secret is found, and known to be there already; null for none, and where there are no keys. @throws Error before `useDigestKey` */
  digest(kind: string, field: string, value: Json): string | null {
    if (typeof value !== 'string' || this.#keys.size === 0) return null
    if (this.#digestKey === null) throw new Error('the keyring was not unlocked')
    return createHmac('sha256', this.#digestKey).update(`${kind} ${field} ${value}`).digest('base64')
  }

  #key(id: string): KeyObject {
    const key = this.#keys.get(id)
    if (key === undefined) throw new Error(`the keyring lacks the key '${id}'`)
    return key
  }
}

const CIPHER = 'aes-256-gcm'
const NONCE = 12
const TAG = 16

export function keyIdOf(box: string): string {
  return box.slice(0, box.indexOf(':'))
}

function associated({ kind, id }: Owner): Buffer {
  return Buffer.from(JSON.stringify([kind, id]))
}
