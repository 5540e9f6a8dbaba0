import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoff } from './backoff.ts'

const TEN_MINUTES = 600_000
const attempts = fc.integer({ min: 1, max: 100_000 })
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('backoff', () => {
  it('stays between 0.1 and 2 s for the first ten minutes', () => {
    fc.assert(
      fc.property(attempts, fc.nat(TEN_MINUTES - 1), random, (attempts, elapsedMs, random) => {
        const wait = backoff({ attempts, elapsedMs, random })
        expect(wait).toBeGreaterThanOrEqual(100)
        expect(wait).toBeLessThan(2_000)
      }),
    )
  })

  it('stays between 0.1 and 30 s afterwards', () => {
    fc.assert(
      fc.property(
        attempts,
        fc.integer({ min: TEN_MINUTES, max: 1e12 }),
        random,
        (attempts, elapsedMs, random) => {
          const wait = backoff({ attempts, elapsedMs, random })
          expect(wait).toBeGreaterThanOrEqual(100)
          expect(wait).toBeLessThan(30_000)
        },
      ),
    )
  })

  it.each([
    [1, 0, 150],
    [2, 300, 250],
    [5, 5_000, 1_050],
    [400, TEN_MINUTES - 1, 1_050],
    [400, TEN_MINUTES, 15_050],
  ])('after %i failures in %i ms waits %i ms on average', (attempts, elapsedMs, average) => {
    expect(backoff({ attempts, elapsedMs, random: 0 })).toBe(100)
    expect(backoff({ attempts, elapsedMs, random: 0.5 })).toBe(average)
  })
})
