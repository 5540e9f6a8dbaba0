import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Counters } from './counters.ts'

const EVERY_MS = 500
/** How often the event loop is looked at, milliseconds: rarely enough to cost nothing. */
const RESOLUTION_MS = 20
const NS_PER_MS = 1e6

/** Shows for ever that this worker lives, how late its event loop was at worst since the last beat, and what it holds. */
export function beat(counters: Counters, slot: number): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  setInterval(() => {
    counters.add(slot, 'beats', 1)
    counters.set(slot, 'heapBytes', getHeapStatistics().used_heap_size)
    // What is measured is the time from one look to the next.
    const lateMs = delay.max / NS_PER_MS - RESOLUTION_MS
    counters.observe(slot, 'delaySeconds', Math.max(0, lateMs) / 1000)
    delay.reset()
  }, EVERY_MS)
}
