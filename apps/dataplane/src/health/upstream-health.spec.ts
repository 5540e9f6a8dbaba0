import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anAddress } from '../balancer/fixtures/addresses.ts'
import { LocalState } from '../balancer/local-state.ts'
import type { TryOutcome } from '../upstreams/health.ts'
import { upstreamWith } from './fixtures/healthchecks.ts'
import { UpstreamHealth } from './upstream-health.ts'

const httpFailures = (count: number) => ({ passive: { unhealthy: { http_failures: count } } })
const failure = { kind: 'answered', status: 500 } as const
const success = { kind: 'answered', status: 200 } as const
const twoOfEach = {
  healthy: { successes: 2 },
  unhealthy: { http_failures: 2, tcp_failures: 2, timeouts: 2 },
}

describe('UpstreamHealth', () => {
  it('takes an address out after as many failures as it is told, and the others not', () => {
    const [bad, good] = [anAddress(1), anAddress(2)]
    const health = new UpstreamHealth(upstreamWith(httpFailures(2)), [bad, good])
    health.report(bad, failure)
    expect([health.stateOf(bad), health.available(bad)]).toEqual(['mostly healthy', true])
    health.report(bad, failure)
    expect([health.stateOf(bad), health.available(bad)]).toEqual(['unhealthy', false])
    expect([health.stateOf(good), health.available(good)]).toEqual(['healthy', true])
  })

  it('brings it back by probes, which count up to limits of their own', () => {
    const address = anAddress(1)
    const checks = { ...httpFailures(1), active: { healthy: { successes: 2 }, unhealthy: { interval: 1 } } }
    const health = new UpstreamHealth(upstreamWith(checks), [address])
    health.report(address, failure)
    // The traffic counts no successes.
    health.report(address, success)
    expect(health.stateOf(address)).toBe('unhealthy')
    health.probed(address, success)
    expect(health.stateOf(address)).toBe('mostly unhealthy')
    health.probed(address, { kind: 'connected' })
    expect(health.stateOf(address)).toBe('healthy')
  })

  it('tells when an address turns, and not of what comes between', () => {
    const address = anAddress(1)
    const checks = { passive: { healthy: { successes: 2 }, unhealthy: { http_failures: 2 } } }
    const told: unknown[] = []
    const health = new UpstreamHealth(upstreamWith(checks), [address], ({ ip }, usable) => {
      told.push([ip, usable])
    })
    for (const outcome of [failure, failure, failure]) health.report(address, outcome)
    expect(told).toEqual([['10.0.0.1', false]])
    for (const outcome of [success, success, failure]) health.report(address, outcome)
    expect(told).toEqual([
      ['10.0.0.1', false],
      ['10.0.0.1', true],
    ])
  })

  it('is told by hand what to think, and counts anew from there', () => {
    const address = anAddress(1)
    const health = new UpstreamHealth(upstreamWith(httpFailures(2)), [address])
    health.mark(address, 'unhealthy')
    expect(health.available(address)).toBe(false)
    health.mark(address, 'healthy')
    health.report(address, failure)
    expect(health.available(address)).toBe(true)
    health.mark(address, 'healthy')
    health.report(address, failure)
    expect(health.available(address)).toBe(true)
  })

  it('uses every address where nothing is checked, whatever was known of it', () => {
    const address = anAddress(1)
    new UpstreamHealth(upstreamWith(httpFailures(1)), [address]).mark(address, 'unhealthy')
    const health = new UpstreamHealth(upstreamWith({}), [address])
    health.report(address, failure)
    expect([health.stateOf(address), health.available(address), health.usable]).toEqual(['off', true, true])
    health.mark(address, 'healthy')
    expect(new UpstreamHealth(upstreamWith(httpFailures(1)), [address]).available(address)).toBe(false)
  })

  it.each<[threshold: number, weights: number[], down: number, usable: boolean]>([
    [0, [25, 25, 25, 25], 3, true],
    [25, [25, 25, 25, 25], 2, true],
    [25, [25, 25, 25, 25], 3, false],
    [75, [25, 25, 25, 25], 0, true],
    [75, [25, 25, 25, 25], 1, false],
    [100, [25, 25, 25, 25], 0, false],
    // Weights count, not addresses.
    [50, [49, 51], 1, true],
    [50, [51, 49], 1, false],
    // 7 of 100 are not more than 7 %, though 0.07 * 100 is.
    [7, [93, 7], 1, false],
    [99.5, [1], 0, true],
  ])('with a threshold of %d, weights %j and %d down is usable: %s', (threshold, weights, down, usable) => {
    const addresses = weights.map((weight, i) => anAddress(i + 1, weight))
    const health = new UpstreamHealth(upstreamWith({ threshold, ...httpFailures(1) }), addresses)
    for (const address of addresses.slice(0, down)) health.mark(address, 'unhealthy')
    expect(health.usable).toBe(usable)
  })

  it('needs more than the threshold even where nothing is checked', () => {
    expect(new UpstreamHealth(upstreamWith({ threshold: 100 }), [anAddress(1)]).usable).toBe(false)
    expect(new UpstreamHealth(upstreamWith({ threshold: 99 }), [anAddress(1)]).usable).toBe(true)
  })

  it('becomes usable by nothing but successes, and unusable by nothing but failures', () => {
    const failures = fc.constantFrom<TryOutcome>(
      failure,
      { kind: 'timeout', last: true },
      { kind: 'broken', last: false },
    )
    const outcome = fc.oneof(failures, fc.constant<TryOutcome>(success))
    const steps = fc.array(fc.record({ at: fc.nat({ max: 3 }), outcome }), { maxLength: 60 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 100 }), (seen, threshold) => {
        const addresses = [10, 20, 30, 40].map((weight, i) => anAddress(i + 1, weight))
        const health = new UpstreamHealth(upstreamWith({ threshold, passive: twoOfEach }), addresses)
        for (const { at, outcome } of seen) {
          const before = isUsable(health)
          for (const address of addresses.slice(at, at + 1)) health.report(address, outcome)
          const after = isUsable(health)
          if (before !== after) expect(outcome === success).toBe(after)
        }
      }),
    )
  })
})

describe('two workers', () => {
  it('lose nothing that both see at one moment', () => {
    const upstream = upstreamWith(httpFailures(3))
    const state = new DisturbedState(() => theirs.report(address, failure))
    const address = { ...anAddress(1), state }
    const [mine, theirs] = [
      new UpstreamHealth(upstream, [address]),
      new UpstreamHealth(upstream, [address]),
    ] as const
    mine.report(address, failure)
    expect(mine.available(address)).toBe(true)
    mine.report(address, failure)
    expect(theirs.stateOf(address)).toBe('unhealthy')
  })
})

it('an address that was let go turns no more, and nobody is told that it did', () => {
  const turned: boolean[] = []
  const address = { ...anAddress(1), state: new GoneState() }
  const health = new UpstreamHealth(upstreamWith(httpFailures(1)), [address], (_, usable) =>
    turned.push(usable),
  )
  health.report(address, failure)
  expect(turned).toEqual([])
})

class GoneState extends LocalState {
  override readonly isKept = false
}

/** Something happens between the first reading and its writing. */
class DisturbedState extends LocalState {
  #disturb: (() => void) | undefined

  constructor(disturb: () => void) {
    super()
    this.#disturb = disturb
  }

  override replaceHealth(from: number, to: number): boolean {
    const disturb = this.#disturb
    this.#disturb = undefined
    disturb?.()
    return super.replaceHealth(from, to)
  }
}

function isUsable(health: UpstreamHealth): boolean {
  return health.usable && health.weight.available > 0
}
