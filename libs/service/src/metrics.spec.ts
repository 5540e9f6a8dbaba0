import { describe, expect, it } from 'vitest'
import { counterOf, createMetrics, gaugeOf, Histogram, histogramOf } from './metrics.ts'

const aRegistry = () => createMetrics({ processMetrics: false })

describe('a metric that is read', () => {
  it('has the value of the moment', async () => {
    const registry = aRegistry()
    let value = 1
    gaugeOf(registry, { name: 'height', help: 'Height.' }, () => value)
    counterOf(registry, { name: 'steps_total', help: 'Steps.' }, () => value)
    for (value of [7, 5]) {
      const text = await registry.metrics()
      expect(text).toContain(`# TYPE height gauge\nheight ${value}\n`)
      expect(text).toContain(`# TYPE steps_total counter\nsteps_total ${value}\n`)
    }
  })

  it('shows what is there, and no longer what is gone', async () => {
    const registry = aRegistry()
    const read = new Map([
      ['a', 1],
      ['b', 2],
    ])
    const samples = () => [...read].map(([name, value]) => [{ name }, value] as const)
    gaugeOf(registry, { name: 'height', help: 'Height.', labelNames: ['name'] }, samples)
    counterOf(registry, { name: 'steps_total', help: 'Steps.', labelNames: ['name'] }, samples)
    expect(await registry.metrics()).toContain('height{name="a"} 1')
    read.delete('a')
    const text = await registry.metrics()
    expect(text).not.toContain('{name="a"}')
    expect(text).toContain('height{name="b"} 2')
    expect(text).toContain('steps_total{name="b"} 2')
  })
})

it('a gauge without a value is not shown', async () => {
  const registry = aRegistry()
  let value: number | null = null
  gaugeOf(registry, { name: 'height', help: 'Height.' }, () => value)
  expect(await registry.metrics()).not.toMatch(/^height /m)
  value = 3
  expect(await registry.metrics()).toMatch(/^height 3$/m)
  value = null
  expect(await registry.metrics()).not.toMatch(/^height /m)
})

describe('histogramOf', () => {
  it('writes what a histogram would that had observed the values', async () => {
    const described = { name: 'took_seconds', help: 'How long it took.', buckets: [0.1, 0.5, 2] }
    const [observing, reading] = [aRegistry(), aRegistry()]
    const histogram = new Histogram({ ...described, registers: [observing] })
    for (const value of [0.1, 0.3, 0.3, 1, 8]) histogram.observe(value)
    histogramOf(reading, described, () => ({ counts: [1, 2, 1, 1], sum: 0.1 + 0.3 + 0.3 + 1 + 8 }))
    expect(await reading.metrics()).toBe(await observing.metrics())
  })
})
