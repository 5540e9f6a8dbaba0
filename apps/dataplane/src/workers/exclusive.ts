/** Runs one piece of work at a time, in the order of asking. */
export class Exclusive {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work)
    // Whoever asked hears of a failure; the next in line does not.
    this.#last = result.catch(() => undefined)
    return result
  }
}
