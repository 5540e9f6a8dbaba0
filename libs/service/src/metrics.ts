import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type { Registry }
export { Counter, Histogram }

/** What `/metrics` is sent as: Kong's words, for prom-client's own say more. */
export const METRICS_TYPE = 'text/plain; charset=UTF-8'

/**
 * The metrics of one process, or of one instance in a test: prom-client's own registry is global and is never used.
 *
 * @param processMetrics whether memory, processor time and event-loop delay are measured too
 */
export function createMetrics({ processMetrics = true } = {}): Registry {
  const registry = new Registry()
  if (processMetrics) collectDefaultMetrics({ register: registry })
  return registry
}

/** One value of a metric with labels. */
export type Sample<L extends string> = readonly [labels: Readonly<Record<L, string>>, value: number]

/** What a metric is, without its values. */
export interface Described<L extends string = never> {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly L[]
}

/**
 * A gauge that is read whenever somebody asks: a number, null while there is none, or values with labels, of which those
 * not read again are gone.
 */
export function gaugeOf<L extends string = never>(
  registry: Registry,
  described: Described<L>,
  read: () => number | null | Iterable<Sample<L>>,
): void {
  new Gauge<L>({
    ...described,
    registers: [registry],
    collect() {
      const values = read()
      if (typeof values === 'number') return this.set(values)
      if (values === null) return this.remove()
      this.reset()
      for (const [labels, value] of values) this.set(labels, value)
    },
  })
}

/** A counter of what is counted elsewhere, read like `gaugeOf`. */
export function counterOf<L extends string = never>(
  registry: Registry,
  described: Described<L>,
  read: () => number | Iterable<Sample<L>>,
): void {
  new Counter<L>({
    ...described,
    registers: [registry],
    collect() {
      const values = read()
      this.reset()
      if (typeof values === 'number') return this.inc(values)
      for (const [labels, value] of values) this.inc(labels, value)
    },
  })
}

/** A distribution that was counted elsewhere. */
export interface Distribution {
  /** How many values lay in each bucket and in none below, and in the last place how many above all bounds. */
  readonly counts: readonly number[]
  readonly sum: number
}

/** A histogram of what is counted elsewhere, read whenever somebody asks. */
export function histogramOf(
  registry: Registry,
  described: Described & { readonly buckets: readonly number[] },
  read: () => Distribution,
): void {
  registry.registerMetric(new CountedElsewhere({ ...described, labelNames: [] }, () => [[{}, read()]]))
}

/** The same with labels: one distribution for each set of them. */
export function histogramsOf<L extends string>(
  registry: Registry,
  described: Described<L> & { readonly buckets: readonly number[] },
  read: () => Iterable<LabelledDistribution>,
): void {
  registry.registerMetric(new CountedElsewhere(described, read))
}

type LabelledDistribution = readonly [labels: Readonly<Record<string, string>>, Distribution]

/** prom-client takes values one by one only; its registry writes the text from what `getForPromString` returns. */
class CountedElsewhere extends Histogram {
  readonly #empty: Histogram
  readonly #bounds: readonly number[]
  readonly #read: () => Iterable<LabelledDistribution>

  constructor(
    { name, help, labelNames = [], buckets }: Described<string> & { readonly buckets: readonly number[] },
    read: () => Iterable<LabelledDistribution>,
  ) {
    const described = { name, help, labelNames: [...labelNames], buckets: [...buckets], registers: [] }
    super(described)
    this.#empty = new Histogram(described)
    this.#bounds = buckets
    this.#read = read
  }

  async getForPromString(): Promise<Awaited<ReturnType<Histogram['get']>>> {
    const described = await this.#empty.get()
    const values = [...this.#read()].flatMap((one) => this.#linesOf(described.name, one))
    return { ...described, values }
  }

  #linesOf(name: string, [labels, { counts, sum }]: LabelledDistribution) {
    let count = 0
    const buckets = [...this.#bounds, '+Inf'].map((le, i) => {
      count += counts[i] ?? 0
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ]
  }
}
