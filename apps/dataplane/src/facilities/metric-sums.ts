import type { MetricDefinition } from '@biplane/plugins/handlers'
import { counterOf, type Distribution, histogramsOf, type Registry } from '@biplane/service'
import { type MetricDelta, sizeOf } from './metric-deltas.ts'

/** How many series a metric may have. What would be more is not shown, and counted as an error. */
const MOST_SERIES = 10_000

interface Sums {
  readonly metric: MetricDefinition
  readonly series: Map<string, { readonly labels: readonly string[]; readonly values: number[] }>
}

/** What plugins measured in all workers, since the node started. */
export class MetricSums {
  readonly #sums = new Map<string, Sums>()
  readonly #mostSeries: number
  #registry: Registry | null = null
  #errors = 0

  constructor(mostSeries = MOST_SERIES) {
    this.#mostSeries = mostSeries
  }

  /** How many values were dropped. */
  get errors(): number {
    return this.#errors
  }

  /** From now on all of it is in this registry. */
  showIn(registry: Registry): void {
    this.#registry = registry
    for (const sums of this.#sums.values()) show(registry, sums)
  }

  take(deltas: readonly MetricDelta[]): void {
    for (const { metric, series } of deltas) {
      const sums = this.#sumsOf(metric)
      for (const [labels, values] of series)
        if (sums === null || !this.#add(sums, labels, values)) this.#errors += 1
    }
  }

  /** Null where something else has the name already, or the definition is another one. */
  #sumsOf(metric: MetricDefinition): Sums | null {
    const known = this.#sums.get(metric.name)
    if (known !== undefined) return alike(known.metric, metric) ? known : null
    if (this.#registry?.getSingleMetric(metric.name) !== undefined) return null
    const sums = { metric, series: new Map() }
    this.#sums.set(metric.name, sums)
    if (this.#registry !== null) show(this.#registry, sums)
    return sums
  }

  #add({ metric, series }: Sums, labels: readonly string[], values: readonly number[]): boolean {
    const key = labels.join('\n')
    let one = series.get(key)
    if (one === undefined) {
      if (series.size >= this.#mostSeries || labels.length !== metric.labels.length) return false
      one = { labels, values: new Array(sizeOf(metric)).fill(0) }
      series.set(key, one)
    }
    const sums = one.values
    for (const [i, value] of values.entries()) sums[i] = (sums[i] ?? 0) + value
    return true
  }
}

function alike(one: MetricDefinition, other: MetricDefinition): boolean {
  const shape = ({ labels, buckets }: MetricDefinition): string => JSON.stringify([labels, buckets])
  return shape(one) === shape(other)
}

function show(registry: Registry, { metric, series }: Sums): void {
  const { name, help, labels: labelNames, buckets } = metric
  const named = (labels: readonly string[]): Record<string, string> =>
    Object.fromEntries(labelNames.map((label, i) => [label, labels[i] ?? '']))
  if (buckets === undefined) {
    counterOf(registry, { name, help, labelNames }, () =>
      series.values().map(({ labels, values }) => [named(labels), values[0] ?? 0] as const),
    )
    return
  }
  const distribution = (values: readonly number[]): Distribution => ({
    counts: values.slice(0, -1),
    sum: values.at(-1) ?? 0,
  })
  histogramsOf(registry, { name, help, labelNames, buckets }, () =>
    series.values().map(({ labels, values }) => [named(labels), distribution(values)] as const),
  )
}
