import { describe, expect, it } from 'vitest'
import { bounds, Counters, responseClass } from './counters.ts'

describe('Counters', () => {
  it('adds up what workers count in the memory that they share', () => {
    const main = Counters.forWorkers(2)
    const worker = new Counters(main.buffer)
    worker.add(0, 'requests', 2)
    worker.add(1, 'requests', 3)
    worker.add(1, 'beats', 1)
    expect([main.total('requests'), main.total('beats'), main.get(0, 'beats')]).toEqual([5, 1, 0])
  })

  it('keeps the totals of a worker that is gone, but not what was open then', () => {
    const counters = Counters.forWorkers(2)
    counters.add(0, 'accepted', 7)
    counters.add(0, 'active', 4)
    counters.add(1, 'active', 1)
    counters.set(1, 'heapBytes', 9)
    counters.vacate(0)
    expect([counters.total('accepted'), counters.total('active'), counters.total('heapBytes')]).toEqual([
      7, 1, 9,
    ])
  })

  it('distributes what workers measure', () => {
    const counters = Counters.forWorkers(2)
    for (const seconds of [0, 0.001, 0.0011, 99]) counters.observe(0, 'requestSeconds', seconds)
    counters.observe(1, 'requestSeconds', 60)
    const { counts, sum } = counters.distribution('requestSeconds')
    expect(counts).toHaveLength(bounds.requestSeconds.length + 1)
    expect([counts.slice(0, 3), counts.slice(-3)]).toEqual([
      [2, 1, 0],
      [0, 1, 1],
    ])
    expect(sum).toBeCloseTo(159.0021)
  })

  it('keeps what is next to each other in memory apart', () => {
    const counters = Counters.forWorkers(2)
    counters.add(0, '5xx', 1)
    counters.observe(0, 'requestSeconds', 1e9)
    counters.observe(0, 'delaySeconds', 1e9)
    counters.add(1, 'beats', 1)
    expect([counters.total('5xx'), counters.total('beats')]).toEqual([1, 1])
    for (const measure of ['requestSeconds', 'delaySeconds'] as const) {
      const { counts, sum } = counters.distribution(measure)
      expect([counts.reduce((a, b) => a + b), counts.at(-1), sum]).toEqual([1, 1, 1e9])
    }
  })
})

it.each([
  [0, 'aborted'],
  [101, '1xx'],
  [204, '2xx'],
  [599, '5xx'],
  [600, '5xx'],
  [999, '5xx'],
] as const)('an answer of status %i counts as %s', (status, name) => {
  expect(responseClass(status)).toBe(name)
})
