import { getHeapStatistics } from 'node:v8'
import type { Counters } from './counters.ts'

const EVERY_MS = 500
/** How often the event loop is looked at: rarely enough to cost nothing. */
const LOOK_MS = 20

/** Shows for ever that this worker lives, how late its event loop was at worst since the last beat, and what it holds. */
export function beat(counters: Counters, slot: number): void {
  // Node's own monitor, told to begin anew, sees nothing before its next look but one: what begins with a beat is lost.
  let worst = 0
  let looked = performance.now()
  setInterval(() => {
    const now = performance.now()
    worst = Math.max(worst, now - looked - LOOK_MS)
    looked = now
  }, LOOK_MS).unref()
  setInterval(() => {
    counters.add(slot, 'beats', 1)
    counters.set(slot, 'heapBytes', getHeapStatistics().used_heap_size)
    counters.observe(slot, 'delaySeconds', worst / 1000)
    worst = 0
  }, EVERY_MS).unref()
}
