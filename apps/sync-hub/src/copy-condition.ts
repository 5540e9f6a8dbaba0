/** Whether the hub's copy may be built on. What it holds is served all the same: a node takes nothing whose hash is wrong. */
export class CopyCondition {
  #sound = true
  #following = new AbortController()

  get sound(): boolean {
    return this.#sound
  }

  /** Aborts at the next damage: the source has to be followed anew then, as by a hub that has nothing. */
  get untilDamaged(): AbortSignal {
    return this.#following.signal
  }

  damaged(): void {
    this.#sound = false
    this.#following.abort()
    this.#following = new AbortController()
  }

  replaced(): void {
    this.#sound = true
  }
}
