import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'

/** Bytes that a sealed text has more than the text: nonce and tag. */
export const XAES_OVERHEAD = 40

/**
 * XAES-256-GCM (C2SP): AES-256-GCM whose key and nonce are derived from the given key and a random nonce of 192 bits. Random
 * nonces of plain AES-GCM are safe for 2^32 texts of one key only, which a store that takes changes for years, or copies of
 * it that go on by themselves, can reach; these are for as many as there will ever be.
 */
export class Xaes {
  /** AES of single blocks under the key; the key schedule is made once. */
  readonly #blocks: Cipheriv
  readonly #mask: Buffer

  /** @param key 32 bytes */
  constructor(key: KeyObject) {
    this.#blocks = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
    this.#mask = doubled(this.#blocks.update(Buffer.alloc(BLOCK)))
  }

  /** The text under a new nonce, bound to what goes with it: nonce, sealed text, tag. */
  seal(text: Uint8Array, bound: Uint8Array): Buffer {
    return this.sealUnder(randomBytes(NONCE), text, bound)
  }

  /** For the test vectors. A nonce must never serve twice. */
  sealUnder(nonce: Buffer, text: Uint8Array, bound: Uint8Array): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#derive(nonce), nonce.subarray(HALF))
    cipher.setAAD(bound)
    const sealed = cipher.update(text)
    cipher.final()
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()])
  }

  /** @throws Error when it was not sealed so: under another key, bound to something else, or changed since */
  open(sealed: Uint8Array, bound: Uint8Array): Buffer {
    if (sealed.length < XAES_OVERHEAD) throw new Error('it is too short to be sealed')
    const nonce = sealed.subarray(0, NONCE)
    const decipher = createDecipheriv('aes-256-gcm', this.#derive(nonce), nonce.subarray(HALF), {
      authTagLength: BLOCK,
    })
    decipher.setAAD(bound)
    decipher.setAuthTag(sealed.subarray(-BLOCK))
    const text = decipher.update(sealed.subarray(NONCE, -BLOCK))
    decipher.final()
    return text
  }

  /** CMAC of two blocks, each a counter, the letter X and the first half of the nonce. */
  #derive(nonce: Uint8Array): KeyObject {
    const blocks = Buffer.alloc(2 * BLOCK)
    for (const [at, counter] of [
      [0, 1],
      [BLOCK, 2],
    ] as const) {
      blocks.set([0, counter, 0x58, 0], at)
      blocks.set(nonce.subarray(0, HALF), at + 4)
      for (let i = 0; i < BLOCK; i++) blocks[at + i] = (blocks[at + i] ?? 0) ^ (this.#mask[i] ?? 0)
    }
    // Node takes five times as long over a cipher whose key is given as bytes.
    return createSecretKey(this.#blocks.update(blocks))
  }
}

const BLOCK = 16
const HALF = 12
const NONCE = 2 * HALF

/** Twice the block in the field of CMAC (RFC 4493, subkey K1). */
function doubled(block: Buffer): Buffer {
  const shifted = block.map((byte, i) => (byte << 1) | ((block[i + 1] ?? 0) >> 7))
  if ((block[0] ?? 0) & 0x80) shifted[BLOCK - 1] = (shifted[BLOCK - 1] ?? 0) ^ 0x87
  return Buffer.from(shifted)
}
