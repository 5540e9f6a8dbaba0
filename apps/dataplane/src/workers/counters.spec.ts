import { describe, expect, it } from 'vitest'
import { Counters } from './counters.ts'

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
    counters.vacate(0)
    expect([counters.total('accepted'), counters.total('active')]).toEqual([7, 1])
  })
})
