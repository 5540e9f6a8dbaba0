import { createMetrics } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { MetricDeltas } from './metric-deltas.ts'
import { MetricSums } from './metric-sums.ts'

const counter = { name: 'some_total', help: 'Some.', labels: ['a', 'b'] }
const histogram = { name: 'some_ms', help: 'How long.', labels: ['a'], buckets: [1, 5] }

describe('what plugins measure', () => {
  it('is summed over workers and over time', async () => {
    const { sums, lines } = shown()
    const [one, two] = [new MetricDeltas(), new MetricDeltas()]
    one.add(counter, ['x', 'y'], 2)
    two.add(counter, ['x', 'y'], 3)
    two.add(counter, ['x', ''], 1)
    sums.take(one.take())
    sums.take(two.take())
    one.add(counter, ['x', 'y'], 1)
    sums.take(one.take())
    sums.take(one.take())
    expect(await lines('some_total')).toEqual(['some_total{a="x",b="y"} 6', 'some_total{a="x",b=""} 1'])
  })

  it('has buckets that hold what is not above them, each with all below', async () => {
    const { sums, lines } = shown()
    const deltas = new MetricDeltas()
    for (const value of [0, 1, 2, 5, 6]) deltas.observe(histogram, ['x'], value)
    sums.take(deltas.take())
    expect(await lines('some_ms')).toEqual([
      'some_ms_bucket{a="x",le="1"} 2',
      'some_ms_bucket{a="x",le="5"} 4',
      'some_ms_bucket{a="x",le="+Inf"} 5',
      'some_ms_sum{a="x"} 14',
      'some_ms_count{a="x"} 5',
    ])
  })

  it('is dropped and counted where a metric would have too many series, or is no such metric', async () => {
    const { sums, lines } = shown(2)
    const deltas = new MetricDeltas()
    for (const label of ['1', '2', '3']) deltas.add(counter, [label, ''], 1)
    sums.take(deltas.take())
    deltas.add({ ...counter, labels: ['a'] }, ['1'], 1)
    sums.take(deltas.take())
    deltas.add({ ...counter, name: 'taken' }, ['1', ''], 1)
    sums.take(deltas.take())
    expect(await lines('some_total')).toHaveLength(2)
    expect(sums.errors).toBe(3)
  })
})

function shown(mostSeries = 100) {
  const registry = createMetrics({ processMetrics: false })
  const taken = new MetricSums()
  taken.take([{ metric: { ...counter, name: 'taken', labels: [] }, series: [[[], [1]]] }])
  taken.showIn(registry)
  const sums = new MetricSums(mostSeries)
  sums.showIn(registry)
  return {
    sums,
    async lines(name: string) {
      const text = await registry.metrics()
      return text.split('\n').filter((line) => line.startsWith(name))
    },
  }
}
