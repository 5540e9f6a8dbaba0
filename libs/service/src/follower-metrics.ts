import { Counter, gaugeOf, Histogram, type Registry } from './metrics.ts'

const APPLY_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

type Kind = 'snapshot' | 'delta'
type Answer = { readonly kind: 'applied'; readonly tookMs: number } | { readonly kind: 'rejected' }

/** What a process counts of the source that it follows: a node of its hub, a hub of its feed. */
export class FollowerMetrics {
  readonly #updates: Counter<'kind' | 'result'>
  readonly #withheld: Counter<'reason'>
  readonly #duration: Histogram
  readonly #connects: Counter
  #connected = false

  constructor(registry: Registry) {
    const registers = [registry]
    this.#updates = new Counter({
      name: 'biplane_updates_total',
      help: 'Updates that came from the source, by what became of them.',
      labelNames: ['kind', 'result'],
      registers,
    })
    for (const kind of ['snapshot', 'delta'])
      for (const result of ['applied', 'rejected']) this.#updates.inc({ kind, result }, 0)
    this.#withheld = new Counter({
      name: 'biplane_updates_withheld_total',
      help: 'How often the source said that it has no config for this process, by why.',
      labelNames: ['reason'],
      registers,
    })
    this.#duration = new Histogram({
      name: 'biplane_apply_duration_seconds',
      help: 'How long an update took to apply, from its first byte until all of this process served it.',
      buckets: APPLY_SECONDS,
      registers,
    })
    this.#connects = new Counter({
      name: 'biplane_source_connects_total',
      help: 'How often this process has connected to a source.',
      registers,
    })
    gaugeOf(
      registry,
      { name: 'biplane_source_connected', help: '1 while this process follows a source.' },
      () => Number(this.#connected),
    )
  }

  get connected(): boolean {
    return this.#connected
  }

  /** @param link null when it is lost */
  linked(link: object | null): void {
    this.#connected = link !== null
    if (this.#connected) this.#connects.inc()
  }

  withheld({ reason }: { readonly reason: { readonly kind: string } }): void {
    this.#withheld.inc({ reason: reason.kind })
  }

  /** Applies an update, and counts what comes of it. */
  counted<U extends { readonly kind: Kind }, A extends Answer>(
    apply: (update: U) => Promise<A>,
  ): (update: U) => Promise<A> {
    return async (update) => {
      const answer = await apply(update)
      this.#updates.inc({ kind: update.kind, result: answer.kind })
      if (answer.kind === 'applied') this.#duration.observe(answer.tookMs / 1000)
      return answer
    }
  }
}
