import type { MetricDefinition, PluginMetrics } from '@biplane/plugins/handlers'

/** What was measured since the last time: of each series what has to be added to its values. */
export interface MetricDelta {
  readonly metric: MetricDefinition
  /** Of a counter one value; of a histogram how many lay in each bucket and above all, and their sum. */
  readonly series: readonly (readonly [labels: readonly string[], values: readonly number[]])[]
}

interface Measured {
  readonly metric: MetricDefinition
  readonly series: Map<string, { readonly labels: readonly string[]; readonly values: number[] }>
}

/** A worker's part of what plugins measure, until the main thread takes it. */
export class MetricDeltas implements PluginMetrics {
  #measured = new Map<string, Measured>()

  add(metric: MetricDefinition, labels: readonly string[], by: number): void {
    const values = this.#valuesOf(metric, labels)
    values[0] = (values[0] ?? 0) + by
  }

  observe(metric: MetricDefinition, labels: readonly string[], value: number): void {
    const { buckets = [] } = metric
    const values = this.#valuesOf(metric, labels)
    const above = buckets.findIndex((bound) => value <= bound)
    const at = above === -1 ? buckets.length : above
    values[at] = (values[at] ?? 0) + 1
    const sum = buckets.length + 1
    values[sum] = (values[sum] ?? 0) + value
  }

  /** All of it; afterwards there is nothing. */
  take(): readonly MetricDelta[] {
    const taken = [...this.#measured.values()].map(({ metric, series }) => ({
      metric,
      series: [...series.values()].map(({ labels, values }) => [labels, values] as const),
    }))
    this.#measured = new Map()
    return taken
  }

  #valuesOf(metric: MetricDefinition, labels: readonly string[]): number[] {
    let known = this.#measured.get(metric.name)
    if (known === undefined) {
      known = { metric, series: new Map() }
      this.#measured.set(metric.name, known)
    }
    const key = labels.join('\n')
    let one = known.series.get(key)
    if (one === undefined) {
      one = { labels, values: new Array(sizeOf(metric)).fill(0) }
      known.series.set(key, one)
    }
    return one.values
  }
}

/** How many values a series has. */
export function sizeOf({ buckets }: MetricDefinition): number {
  return buckets === undefined ? 1 : buckets.length + 2
}
