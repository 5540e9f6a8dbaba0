import type { Runtime } from './runtime.ts'

/** The cell that holds the current runtime: the one thing that changes when a config is applied. */
export class Live {
  #current: Runtime

  constructor(initial: Runtime) {
    this.#current = initial
  }

  /** Read once at the start of a request and kept: a request never sees two revisions. */
  get current(): Runtime {
    return this.#current
  }

  swap(next: Runtime): void {
    const previous = this.#current
    this.#current = next
    previous.stored?.retire()
  }
}
