import type { ShedReason } from './reasons.ts'

/** How often what lasts is told. */
const EVERY_MS = 60_000

/** What a node did not take since its start. */
export interface ShedTotals {
  readonly requests: Readonly<Record<ShedReason, number>>
  /** Connections that were turned away. */
  readonly connections: number
  /** Idle connections that were closed so that others found room. */
  readonly idle: number
}

/** The same since the last line, without what did not happen. */
export interface ShedLine {
  readonly requests?: Readonly<Partial<Record<ShedReason, number>>>
  readonly connections?: number
  readonly idle?: number
}

/** Tells when a node begins to shed load, and once a minute as long as it does. */
export class ShedNews {
  #told: ShedTotals | null = null
  #at = Number.NEGATIVE_INFINITY

  /** To be asked every second or so. @param now milliseconds */
  look(totals: ShedTotals, now: number): ShedLine | null {
    this.#told ??= totals
    if (now - this.#at < EVERY_MS) return null
    const line = since(this.#told, totals)
    if (line !== null) this.#at = now
    this.#told = totals
    return line
  }
}

function since(before: ShedTotals, totals: ShedTotals): ShedLine | null {
  const requests = Object.entries(totals.requests)
    .map(([reason, count]) => [reason, count - (before.requests[reason as ShedReason] ?? 0)] as const) // its own keys
    .filter(([, count]) => count > 0)
  const connections = totals.connections - before.connections
  const idle = totals.idle - before.idle
  if (requests.length === 0 && connections === 0 && idle === 0) return null
  return {
    ...(requests.length > 0 && { requests: Object.fromEntries(requests) }),
    ...(connections > 0 && { connections }),
    ...(idle > 0 && { idle }),
  }
}
