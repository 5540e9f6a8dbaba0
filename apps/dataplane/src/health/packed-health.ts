import type { AddressHealth, HealthState } from './address-health.ts'

/**
 * The health of an address as 32 bits, which workers can replace in one step. From the lowest: two bits of state, one that
 * tells whether successes or failures were counted, and three bytes of counts. 0 is healthy.
 */
export function pack({ state, counts }: AddressHealth): number {
  const head = states.indexOf(state)
  if (counts.success > 0) return head | SUCCESSES | (counts.success << 8)
  return head | (counts['tcp failure'] << 8) | (counts.timeout << 16) | (counts['http failure'] << 24)
}

export function unpack(word: number): AddressHealth {
  const [first, second, third] = [(word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24]
  const counts =
    (word & SUCCESSES) !== 0
      ? { success: first, 'tcp failure': 0, timeout: 0, 'http failure': 0 }
      : { success: 0, 'tcp failure': first, timeout: second, 'http failure': third }
  return { state: packedState(word), counts }
}

/** The state alone, which every request asks for. */
export function packedState(word: number): HealthState {
  return states[word & 3] ?? 'healthy'
}

const SUCCESSES = 4

const states: readonly HealthState[] = ['healthy', 'mostly healthy', 'mostly unhealthy', 'unhealthy']
