export interface BudgetOptions {
  /** How many tries a newcomer has at once. */
  readonly atOnce: number
  /** How long it takes until one more may be made. */
  readonly everyMs: number
  /** How many payers are known at a time; all others share one budget. */
  readonly mostPayers: number
}

/**
 * How often each payer may still try: the generic cell rate algorithm, which needs one number for each. Who has all tries
 * left again is forgotten, and if so many pay at once that they cannot be told apart, the rest of them pays together.
 */
export class Budget {
  readonly #options: BudgetOptions
  /** When each payer will have all tries left again; roughly in the order of it. */
  readonly #whole = new Map<string, number>()

  constructor(options: BudgetOptions) {
    this.#options = options
  }

  /** How long until the payer may try once more; 0 for now. `now` is of any steady clock, in milliseconds. */
  waitMs(payer: string, now: number): number {
    const { atOnce, everyMs } = this.#options
    const whole = this.#whole.get(this.#account(payer, now)) ?? now
    return Math.max(0, whole - now - (atOnce - 1) * everyMs)
  }

  /** Takes one try off. */
  pay(payer: string, now: number): void {
    const account = this.#account(payer, now)
    const whole = Math.max(this.#whole.get(account) ?? now, now)
    this.#whole.delete(account) // so that it goes to the end
    this.#whole.set(account, whole + this.#options.everyMs)
  }

  get payers(): number {
    return this.#whole.size
  }

  #account(payer: string, now: number): string {
    this.#forget(now)
    const hasRoom = this.#whole.has(payer) || this.#whole.size < this.#options.mostPayers
    return hasRoom ? payer : CROWD
  }

  #forget(now: number): void {
    for (const [payer, whole] of this.#whole) {
      if (whole > now) return
      this.#whole.delete(payer)
    }
  }
}

/** No address looks like this. */
const CROWD = '*'
