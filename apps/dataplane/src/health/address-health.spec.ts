import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AddressHealth,
  type HealthState,
  healthy,
  judged,
  type Limits,
  type Report,
  unhealthy,
} from './address-health.ts'
import { naiveHealth } from './fixtures/naive-health.ts'
import { pack, packedState, unpack } from './packed-health.ts'

const [ok, tcp, late, bad] = ['success', 'tcp failure', 'timeout', 'http failure'] as const

const limits = (success: number, ...[tcpFailures, timeouts, httpFailures]: number[]): Limits => ({
  success,
  'tcp failure': tcpFailures ?? 0,
  timeout: timeouts ?? 0,
  'http failure': httpFailures ?? 0,
})

const after = (reports: readonly Report[], by: Limits, from: AddressHealth = healthy) =>
  reports.reduce((health, report) => judged(health, report, by), from)

const noSuccess = limits(0, 2, 2, 3)
const twoSuccesses = limits(2, 2, 2, 3)

describe('a healthy address', () => {
  it.each<[reports: Report[], by: Limits, state: HealthState]>([
    [[], twoSuccesses, 'healthy'],
    [[ok, ok], twoSuccesses, 'healthy'],
    [[tcp], twoSuccesses, 'mostly healthy'],
    [[tcp, tcp], twoSuccesses, 'unhealthy'],
    [[late, late], twoSuccesses, 'unhealthy'],
    [[bad, bad], twoSuccesses, 'mostly healthy'],
    [[bad, bad, bad], twoSuccesses, 'unhealthy'],
    // Kinds of failures are counted each for itself.
    [[tcp, late, bad, bad], twoSuccesses, 'mostly healthy'],
    [[tcp, late, bad, bad, late], twoSuccesses, 'unhealthy'],
    // One success forgives all failures, and as many as the limit make it fully healthy.
    [[tcp, ok], twoSuccesses, 'mostly healthy'],
    [[tcp, ok, tcp], twoSuccesses, 'mostly healthy'],
    [[tcp, ok, tcp, ok, ok], twoSuccesses, 'healthy'],
    [[bad, ok, bad, ok], twoSuccesses, 'mostly healthy'],
    // Where successes are not counted, failures add up.
    [[tcp, ok, ok, ok, tcp], noSuccess, 'unhealthy'],
    [[tcp, tcp, ok, ok, ok], noSuccess, 'unhealthy'],
    // What is not counted changes nothing.
    [[tcp, tcp, bad, bad], limits(0, 0, 1, 0), 'healthy'],
    [[late], limits(0, 0, 1, 0), 'unhealthy'],
  ])('is after %j, by %j, %s', (reports, by, state) => {
    expect(after(reports, by).state).toBe(state)
  })
})

describe('an unhealthy address', () => {
  it.each<[reports: Report[], by: Limits, state: HealthState]>([
    [[tcp, late, bad], twoSuccesses, 'unhealthy'],
    [[ok], twoSuccesses, 'mostly unhealthy'],
    [[ok, ok], twoSuccesses, 'healthy'],
    [[ok, tcp, ok], twoSuccesses, 'mostly unhealthy'],
    [[ok, tcp, tcp], twoSuccesses, 'unhealthy'],
    [[ok, tcp, ok, ok], twoSuccesses, 'healthy'],
    [[ok], limits(1, 1), 'healthy'],
    [[ok, ok, ok], noSuccess, 'unhealthy'],
  ])('is after %j, by %j, %s', (reports, by, state) => {
    expect(after(reports, by, unhealthy).state).toBe(state)
  })
})

const report = fc.constantFrom(ok, tcp, late, bad)
const someLimits = fc
  .tuple(...[1, 2, 3, 4].map(() => fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant(255))))
  .map(([a = 0, b = 0, c = 0, d = 0]) => limits(a, b, c, d))
/** Of probes and of traffic in any order, which share their counts. */
const history = fc
  .tuple(someLimits, someLimits)
  .chain((sides) => fc.array(fc.record({ report, by: fc.constantFrom(...sides) }), { maxLength: 300 }))

describe('whatever was seen, by probes or by traffic', () => {
  it('the state is that of a checker that keeps every count to itself', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const checker = naiveHealth()
        let health = healthy
        for (const { report, by } of steps) {
          health = judged(health, report, by)
          expect(health.state).toBe(checker(report, by))
        }
      }),
    )
  })

  it('nothing is lost in 32 bits', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let health = healthy
        for (const { report, by } of steps) {
          health = judged(health, report, by)
          const word = pack(health)
          expect(word | 0).toBe(word)
          expect(unpack(word)).toEqual(health)
          expect(packedState(word)).toBe(health.state)
        }
      }),
    )
  })

  it.each(['tcp failure', 'timeout', 'http failure', 'success'] as const)(
    '254 of %s are counted',
    (report) => {
      const before = after(
        Array(254).fill(report),
        limits(255, 255, 255, 255),
        report === ok ? unhealthy : healthy,
      )
      expect(unpack(pack(before))).toEqual(before)
      expect(before.counts[report]).toBe(254)
    },
  )

  it('an address that nothing is known of is healthy', () => {
    expect(unpack(0)).toEqual(healthy)
  })
})
