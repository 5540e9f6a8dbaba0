import type { HealthReport, Hello, NodeHealth, NodeReport } from '@biplane/protocol'
import type { Reporter } from './reporter.ts'

/** Reports the rows of one session under the id that its node is listed by, from when that is known. */
export class Listing {
  readonly #hello: Hello
  readonly #reporter: Pick<Reporter, 'put' | 'putHealth' | 'end'>
  #id: string | null
  /** The newest row, while it is not known whose it is. */
  #held: NodeReport | null = null
  #heldHealth: Omit<NodeHealth, 'nodeId'> | null = null

  /** @param id null where it has to be found out */
  constructor(hello: Hello, reporter: Pick<Reporter, 'put' | 'putHealth' | 'end'>, id: string | null) {
    this.#hello = hello
    this.#reporter = reporter
    this.#id = id
  }

  put(row: NodeReport, heldMs = 0): void {
    if (this.#id === null) this.#held = row
    else this.#reporter.put(this.#named(row, this.#id), heldMs)
  }

  /** @param toldAt milliseconds since the epoch */
  tell(health: HealthReport, toldAt: number): void {
    const { instance, session } = this.#hello
    const told = { instance, session, toldAt, health }
    if (this.#id === null) this.#heldHealth = told
    else this.#reporter.putHealth({ nodeId: this.#id, ...told })
  }

  /** From now on the node is listed by this id. */
  decide(id: string): void {
    this.#id = id
    if (this.#held !== null) this.#reporter.put(this.#named(this.#held, id))
    if (this.#heldHealth !== null) this.#reporter.putHealth({ nodeId: id, ...this.#heldHealth })
    this.#held = null
    this.#heldHealth = null
  }

  /** The session is over. A node that was never listed leaves no trace. */
  end(): void {
    if (this.#id !== null) this.#reporter.end(this.#id, this.#hello.instance, this.#hello.session)
  }

  #named(row: NodeReport, id: string): NodeReport {
    return { ...row, nodeId: id, duplicateOf: id === this.#hello.nodeId ? null : this.#hello.nodeId }
  }
}
