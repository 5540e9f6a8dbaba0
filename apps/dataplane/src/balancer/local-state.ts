import type { AddressState, Latency, Turns } from './address.ts'

/** The state of an address that no other worker shares. */
export class LocalState implements AddressState {
  latency: Latency = { average: 0, at: 0 }
  #open = 0

  get open(): number {
    return this.#open
  }

  opened(): void {
    this.#open += 1
  }

  closed(): void {
    this.#open -= 1
  }
}

export class LocalTurns implements Turns {
  #next = 0

  next(): number {
    const turn = this.#next
    this.#next = (turn + 1) >>> 0
    return turn
  }
}
