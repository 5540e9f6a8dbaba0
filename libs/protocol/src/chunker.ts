/** Regroups bytes: pieces of any size go in, chunks of exactly `size` bytes come out, the last one shorter. */
export class Chunker {
  readonly #size: number
  #parts: Uint8Array[] = []
  #length = 0

  constructor(size: number) {
    this.#size = size
  }

  *push(piece: Uint8Array): Generator<Uint8Array> {
    let rest = piece
    while (this.#length + rest.byteLength >= this.#size) {
      const taken = this.#size - this.#length
      this.#parts.push(rest.subarray(0, taken))
      yield this.#take()
      rest = rest.subarray(taken)
    }
    if (rest.byteLength === 0) return
    this.#parts.push(rest)
    this.#length += rest.byteLength
  }

  /** What is left, if anything. */
  *flush(): Generator<Uint8Array> {
    if (this.#parts.length > 0) yield this.#take()
  }

  #take(): Uint8Array {
    const chunk = Buffer.concat(this.#parts)
    this.#parts = []
    this.#length = 0
    return chunk
  }
}
