import { ProtocolError } from './protocol-error.ts'

/** How many messages of one kind are taken in a time. */
export class Rate {
  readonly #most: number
  readonly #seconds: number
  #period = 0
  #count = 0

  constructor({ most, seconds }: { readonly most: number; readonly seconds: number }) {
    this.#most = most
    this.#seconds = seconds
  }

  /** @param now milliseconds @throws ProtocolError when there are too many */
  count(now: number): void {
    const period = Math.floor(now / 1000 / this.#seconds)
    this.#count = period === this.#period ? this.#count + 1 : 1
    this.#period = period
    if (this.#count > this.#most)
      throw new ProtocolError(`more than ${this.#most} messages in ${this.#seconds} s`)
  }
}
