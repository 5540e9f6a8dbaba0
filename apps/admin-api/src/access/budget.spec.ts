import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Budget } from './budget.ts'

const options = { atOnce: 3, everyMs: 1000, mostPayers: 100 }

/** Tries until it is told to wait. */
function spend(budget: Budget, payer: string, now: number): number {
  for (let tries = 0; tries < 1000; tries += 1) {
    if (budget.waitMs(payer, now) > 0) return tries
    budget.pay(payer, now)
  }
  return 1000
}

describe('Budget', () => {
  it('gives as many tries at once as it says, then one at a time', () => {
    const budget = new Budget(options)
    expect(spend(budget, 'a', 0)).toBe(3)
    expect(budget.waitMs('a', 0)).toBe(1000)
    expect(budget.waitMs('a', 400)).toBe(600)
    expect(spend(budget, 'a', 1000)).toBe(1)
    expect(spend(budget, 'a', 60_000)).toBe(3)
  })

  it('makes nobody wait for another', () => {
    const budget = new Budget(options)
    spend(budget, 'a', 0)
    expect(budget.waitMs('b', 0)).toBe(0)
  })

  it('forgets who has all tries left again', () => {
    const budget = new Budget(options)
    spend(budget, 'a', 0)
    expect(budget.payers).toBe(1)
    budget.waitMs('b', 3000)
    expect(budget.payers).toBe(0)
  })

  it('lets a crowd that it cannot tell apart share one budget, and keeps those it knows', () => {
    const budget = new Budget(options)
    for (let each = 0; each < 100; each += 1) budget.pay(`known-${each}`, 0)
    for (let each = 0; each < 100_000; each += 1) budget.pay(`stranger-${each}`, 0)
    expect(budget.payers).toBeLessThanOrEqual(101)
    expect(budget.waitMs('another', 0)).toBeGreaterThan(0)
    expect(budget.waitMs('known-0', 0)).toBe(0)
  })

  it('never lets more through in any stretch of time than its burst and its rate', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2500 }), { maxLength: 60 }), (pauses) => {
        const budget = new Budget(options)
        const times: number[] = []
        let now = 0
        for (const pause of pauses) {
          now += pause
          if (budget.waitMs('a', now) > 0) continue
          budget.pay('a', now)
          times.push(now)
        }
        for (const [first, from] of times.entries()) {
          for (const [last, to] of times.entries()) {
            const made = last - first + 1
            if (last >= first) expect(made).toBeLessThanOrEqual(3 + (to - from) / 1000)
          }
        }
      }),
    )
  })
})
