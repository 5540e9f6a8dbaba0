import type { AddressState, Latency, Turns } from './address.ts'

/** The state of an address that no other worker shares. */
export class LocalState implements AddressState {
  readonly isKept: boolean = true
  latency: Latency = { average: 0, at: 0 }
  #open = 0
  #health = 0

  get open(): number {
    return this.#open
  }

  opened(): void {
    this.#open += 1
  }

  closed(): void {
    this.#open -= 1
  }

  get health(): number {
    return this.#health
  }

  replaceHealth(from: number, to: number): boolean {
    const isSame = this.#health === from
    if (isSame) this.#health = to
    return isSame
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
