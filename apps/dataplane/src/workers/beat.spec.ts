import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { beat } from './beat.ts'
import { bounds, Counters } from './counters.ts'

it('misses no delay of the event loop, also one that begins with a beat', { timeout: 60_000 }, async () => {
  const counters = Counters.forWorkers(1)
  const delaysOver100ms = () =>
    counters.distribution('delaySeconds').counts.slice(bounds.delaySeconds.indexOf(0.1) + 1)
  const beaten = async (times: number) => {
    const until = counters.get(0, 'beats') + times
    while (counters.get(0, 'beats') < until) await pause(1)
  }
  beat(counters, 0)
  for (let blocked = 1; blocked <= 3; blocked += 1) {
    await beaten(1)
    const end = performance.now() + 150
    while (performance.now() < end);
    await beaten(2)
    expect(delaysOver100ms().reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(blocked)
  }
})
