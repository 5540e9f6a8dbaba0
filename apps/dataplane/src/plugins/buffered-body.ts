import type { BufferedBody } from '@biplane/plugins/handlers'

/** A body that was read ahead, and what replaces it. */
export class HeldBody implements BufferedBody {
  #bytes: Uint8Array
  #isReplaced = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** @throws TypeError for what is no bytes: told to the plugin that does it, since nobody could tell whose it was later */
  replace(bytes: Uint8Array): void {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('a body can be replaced by bytes only')
    this.#bytes = bytes
    this.#isReplaced = true
  }

  get isReplaced(): boolean {
    return this.#isReplaced
  }
}
