/** Does one thing after another, in the order of asking. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    // Whoever asked hears of a failure; the next in line does not.
    this.#last = result.catch(() => undefined)
    return result
  }
}
