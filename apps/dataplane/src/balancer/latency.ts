import type { Latency } from './address.ts'
import type { Choices, Choose } from './algorithm.ts'
import { lowest } from './lowest.ts'

/** In which what was measured fades to a good third. */
const FADING_MS = 10_000

/** Where answers came fastest of late, for its weight. An address that failed the request is not tried by it again. */
export function latency({ addresses, turns }: Choices): Choose {
  return ({ available, failed, now }) =>
    lowest(
      addresses,
      (address) => !failed.has(address.key) && available(address),
      ({ state, weight }) => faded(state.latency, now) / weight,
      turns.next(),
    )
}

/** The average with one more answer. The longer ago the last one was, the more the new one counts. */
export function measured(latency: Latency, tookMs: number, now: number): Latency {
  const kept = share(latency, now)
  return { average: latency.average * kept + tookMs * (1 - kept), at: now }
}

/** What those begin with that join others: the average of these, or as good as none when they are the first. */
export function startAmong(others: readonly Latency[], now: number): Latency {
  if (others.length === 0) return { average: 0, at: 0 }
  return { average: others.reduce((sum, { average }) => sum + average, 0) / others.length, at: now }
}

/** Whoever is left alone is tried again one day. */
function faded(latency: Latency, now: number): number {
  return latency.average * share(latency, now)
}

function share({ at }: Latency, now: number): number {
  return Math.exp(-Math.max(0, now - at) / FADING_MS)
}
