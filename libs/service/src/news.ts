/** How long a cause that lasts is not told again. */
const REPEAT_MS = 60_000

/** What goes on and on is worth a line once a minute, not each time it is met. */
export class News {
  readonly #now: () => number
  #last: { readonly cause: string; readonly at: number } | null = null

  constructor(now: () => number) {
    this.#now = now
  }

  /** Whether to tell this cause now; then it counts as told. */
  is(cause: string): boolean {
    const at = this.#now()
    const isNews = this.#last?.cause !== cause || at - this.#last.at >= REPEAT_MS
    if (isNews) this.#last = { cause, at }
    return isNews
  }

  /** All is well: whatever comes next is news. */
  over(): void {
    this.#last = null
  }
}
