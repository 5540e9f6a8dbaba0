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

  replace(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#isReplaced = true
  }

  get isReplaced(): boolean {
    return this.#isReplaced
  }
}
