import { Counter, type Registry } from './metrics.ts'

/** How long the series of a follower that is gone are kept: long enough for the last scrape to see its last bytes. */
const KEPT_MS = 10 * 60_000

const KINDS = ['snapshot', 'delta'] as const
type Kind = (typeof KINDS)[number]

/** Told what happens to one follower. */
interface Observer<O, A, W> {
  offered(update: O): void
  answered(answer: A, update: O): void
  withheld(update: W): void
}

/** What a process counts of those that follow it: a hub of its nodes, a feed of its hubs. */
export class SourceMetrics {
  readonly #bytes: Counter<'node' | 'kind'>
  readonly #sent: Counter<'kind'>
  readonly #answers: Counter<'result'>
  readonly #withheld: Counter<'reason'>
  readonly #refused: Counter<'reason'>
  /** How many sessions each follower has: it may be back before its end was noticed. */
  readonly #present = new Map<string, number>()
  /** When the followers left whose series are still there, the first that left first. */
  readonly #left = new Map<string, number>()
  readonly #now: () => number

  /**
   * @param now milliseconds, of a clock that never goes back
   * @param refusals every reason that `refused` may be told
   */
  constructor(registry: Registry, now: () => number, refusals: readonly string[] = []) {
    const registers = [registry]
    this.#now = now
    this.#bytes = new Counter({
      name: 'biplane_config_bytes_sent_total',
      help: 'Bytes of config sent to each follower since this process started, as they travel.',
      labelNames: ['node', 'kind'],
      registers,
      collect: () => this.#forget(),
    })
    this.#sent = new Counter({
      name: 'biplane_updates_sent_total',
      help: 'Updates sent to followers.',
      labelNames: ['kind'],
      registers,
    })
    for (const kind of KINDS) this.#sent.inc({ kind }, 0)
    this.#answers = new Counter({
      name: 'biplane_answers_total',
      help: 'What followers answered to the updates that they were sent.',
      labelNames: ['result'],
      registers,
    })
    for (const result of ['applied', 'rejected']) this.#answers.inc({ result }, 0)
    this.#withheld = new Counter({
      name: 'biplane_withheld_total',
      help: 'How often a follower was told that there is no config for it, by why.',
      labelNames: ['reason'],
      registers,
    })
    this.#refused = new Counter({
      name: 'biplane_connections_refused_total',
      help: 'Connections that were refused, or cut off later, by why.',
      labelNames: ['reason'],
      registers,
    })
    for (const reason of refusals) this.#refused.inc({ reason }, 0)
  }

  /** How many followers there are. */
  get followers(): number {
    return this.#present.size
  }

  /** A session of a follower has begun: it is shown with 0 bytes from the start. */
  arrived(nodeId: string): void {
    this.#present.set(nodeId, (this.#present.get(nodeId) ?? 0) + 1)
    this.#left.delete(nodeId)
    for (const kind of KINDS) this.#bytes.inc({ node: nodeId, kind }, 0)
  }

  sent(nodeId: string, kind: Kind, bytes: number): void {
    // Whoever never comes to be a follower has left.
    if (!this.#present.has(nodeId) && !this.#left.has(nodeId)) this.#left.set(nodeId, this.#now())
    this.#bytes.inc({ node: nodeId, kind }, bytes)
  }

  /** A session that had arrived has ended. */
  left(nodeId: string): void {
    const sessions = (this.#present.get(nodeId) ?? 0) - 1
    if (sessions > 0) {
      this.#present.set(nodeId, sessions)
      return
    }
    this.#present.delete(nodeId)
    this.#forget()
    this.#left.set(nodeId, this.#now())
  }

  /** Somebody was not let in, or no longer. */
  refused(reason: string): void {
    this.#refused.inc({ reason })
  }

  /** Counts what an observer is told. */
  counted<
    O extends { readonly kind: Kind },
    A extends { readonly kind: 'applied' | 'rejected' },
    W extends { readonly reason: { readonly kind: string } },
  >(observer: Observer<O, A, W>): Observer<O, A, W> {
    return {
      offered: (update) => {
        this.#sent.inc({ kind: update.kind })
        observer.offered(update)
      },
      answered: (answer, update) => {
        this.#answers.inc({ result: answer.kind })
        observer.answered(answer, update)
      },
      withheld: (update) => {
        this.#withheld.inc({ reason: update.reason.kind })
        observer.withheld(update)
      },
    }
  }

  /** With every departure, too: where nobody scrapes, nodes with a new id at each start would pile up for ever. */
  #forget(): void {
    for (const [node, at] of this.#left) {
      if (this.#now() - at < KEPT_MS) return
      for (const kind of KINDS) this.#bytes.remove({ node, kind })
      this.#left.delete(node)
    }
  }
}
