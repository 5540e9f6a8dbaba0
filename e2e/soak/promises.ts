/**
 * What the Admin API has promised of each node: a write that waited for all nodes was answered, so requests that are sent from
 * then on see it.
 */
export class Promises {
  /** Nodes that are up and have caught up since, with what they have been promised to have. */
  #floors: ReadonlyMap<string, number> = new Map()
  #kept = 0

  /** By the names of nodes. Another map with each change. */
  get floors(): ReadonlyMap<string, number> {
    return this.#floors
  }

  get kept(): number {
    return this.#kept
  }

  /** From now on nothing is known of it. */
  down(node: string): void {
    this.#floors = new Map([...this.#floors].filter(([name]) => name !== node))
  }

  /** It has this revision, and hears of those that follow. */
  up(node: string, revision: number): void {
    this.#floors = new Map([...this.#floors, [node, revision]])
  }

  /** @param known what was known before the write was sent: nodes that came up meanwhile are promised nothing */
  made(revision: number, known: ReadonlyMap<string, number>): void {
    this.#kept += 1
    const raise = ([name, floor]: readonly [string, number]): [string, number] => [
      name,
      known.has(name) ? Math.max(floor, revision) : floor,
    ]
    this.#floors = new Map([...this.#floors].map(raise))
  }
}
