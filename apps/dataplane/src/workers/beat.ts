import type { Counters } from './counters.ts'

const EVERY_MS = 500
/** How often the event loop is looked at: rarely enough to cost nothing. */
const LOOK_MS = 20

/** A look at the event loop: by how much it came late, at `now`, milliseconds. */
export type Look = (lateMs: number, now: number) => void

/** Shows for ever that this worker lives, and how late its event loop was at worst since the last beat. */
export function beat(counters: Counters, slot: number, look?: Look): void {
  // Node's own monitor, told to begin anew, sees nothing before its next look but one: what begins with a beat is lost.
  let worst = 0
  let looked = performance.now()
  setInterval(() => {
    const now = performance.now()
    const late = now - looked - LOOK_MS
    worst = Math.max(worst, late)
    looked = now
    look?.(late, now)
  }, LOOK_MS).unref()
  setInterval(() => {
    counters.add(slot, 'beats', 1)
    counters.observe(slot, 'delaySeconds', worst / 1000)
    worst = 0
  }, EVERY_MS).unref()
}
