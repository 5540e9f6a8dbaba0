/** What was so at which revision, as the only writer of it knows. */
export class Register<State> {
  readonly #entries: Entry<State>[]
  #settled: Promise<unknown> = Promise.resolve()

  constructor(state: State, revision: number) {
    this.#entries = [{ state, sentAt: 0, revision }]
  }

  get latest(): State {
    return this.#entries.at(-1)?.state ?? unreachable()
  }

  /** How often it changed between two times; milliseconds since the epoch. */
  changesBetween(from: number, to: number): number {
    return this.#entries.filter(({ sentAt }) => sentAt > from && sentAt < to).length
  }

  /** @param write resolves with the revision that it made, or null when it made none */
  async write(state: State, write: () => Promise<number | null>): Promise<void> {
    const entry = { state, sentAt: Date.now(), revision: Number.POSITIVE_INFINITY }
    this.#entries.push(entry)
    const writing = write()
    this.#settled = writing
    const revision = await writing
    if (revision === null) this.#entries.splice(this.#entries.indexOf(entry), 1)
    else entry.revision = revision
  }

  /** When it is known what became of the write that is under way. */
  async settled(): Promise<void> {
    await this.#settled
  }

  at(revision: number): State {
    return this.#entries.findLast((entry) => entry.revision <= revision)?.state ?? unreachable()
  }

  /**
   * All that a node may have gone by until a time, that has had this revision.
   *
   * @param until milliseconds since the epoch
   */
  possible(revision: number, until: number): readonly State[] {
    const oldest = this.#entries.findLastIndex((entry) => entry.revision <= revision)
    return this.#entries.flatMap(({ state, sentAt }, at) => (at >= oldest && sentAt <= until ? [state] : []))
  }
}

interface Entry<State> {
  readonly state: State
  /** When it was begun to be written. */
  readonly sentAt: number
  revision: number
}

function unreachable(): never {
  throw new Error('a register has a state from the beginning')
}
