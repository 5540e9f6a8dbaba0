import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anAddress, aTurn, choicesOf } from './fixtures/addresses.ts'
import { roundRobin } from './round-robin.ts'
import { Wheel } from './wheel.ts'

describe('round-robin', () => {
  it.each([
    [[100, 100], { 1: 50, 2: 50 }, 100],
    [[10, 15], { 1: 20, 2: 30 }, 50],
    [[100, 1], { 1: 100, 2: 1 }, 101],
    [[7, 7, 21], { 1: 10, 2: 10, 3: 30 }, 50],
  ])('of weights %j gives %j in %i requests', (weights, shares, requests) => {
    const choose = roundRobin(choicesOf(weights.map((weight, i) => anAddress(i + 1, weight))))
    const seen: Record<string, number> = {}
    for (let i = 0; i < requests; i++) {
      const number = choose(aTurn())?.key.replace(/^10\.0\.0\.(\d+):80$/, '$1') ?? 'none'
      seen[number] = (seen[number] ?? 0) + 1
    }
    expect(seen).toEqual(shares)
  })

  it('deals the turns of those that are down evenly to the others', () => {
    const choose = roundRobin(choicesOf([1, 2, 3, 4].map((number) => anAddress(number))))
    const available = ({ key }: { key: string }) => key === '10.0.0.1:80' || key === '10.0.0.3:80'
    const keys = Array.from({ length: 40 }, () => choose(aTurn({ available }))?.key)
    expect(keys.filter((key) => key === '10.0.0.1:80')).toHaveLength(20)
  })
})

describe('Wheel', () => {
  it('gives each its weight in any full turn, wherever that begins', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(weights, fc.nat(), (all, start) => {
        const wheel = new Wheel(all.map((weight, id) => ({ id, weight })))
        const counts = all.map(() => 0)
        for (let i = 0; i < wheel.total; i++) {
          const { id = -1 } = wheel.at(start + i) ?? {}
          counts[id] = (counts[id] ?? 0) + 1
        }
        const unit = (all[0] ?? 0) / (counts[0] ?? 1)
        expect(counts).toEqual(all.map((weight) => weight / unit))
      }),
      { numRuns: 50 },
    )
  })

  it('is exact for the largest weights', () => {
    const wheel = new Wheel(Array.from({ length: 1000 }, (_, id) => ({ id, weight: 65_535 - (id % 2) })))
    const places = new Set(Array.from({ length: 2000 }, (_, i) => wheel.at(4_294_967_295 - i)?.id))
    expect(places.size).toBeGreaterThan(800)
  })
})
