import type { Runtime } from './runtime.ts'

/** The cell that holds the current runtime: the one thing that changes when a config is applied. */
export class Live {
  #current: Runtime
  readonly #onSwap: (next: Runtime) => void

  /** @param onSwap told of each runtime, as soon as it serves */
  constructor(initial: Runtime, onSwap: (next: Runtime) => void = () => undefined) {
    this.#current = initial
    this.#onSwap = onSwap
  }

  /** Read once at the start of a request and kept: a request never sees two revisions. */
  get current(): Runtime {
    return this.#current
  }

  swap(next: Runtime): void {
    const previous = this.#current
    this.#current = next
    previous.stored?.retire()
    this.#onSwap(next)
  }
}
