import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstOf, firstWhere, type SortedSet, sizeOf, withMember, withoutMember } from './sorted-set.ts'

const order = (a: number, b: number) => a - b

function members(set: SortedSet<number>): number[] {
  return set === null ? [] : [...members(set.before), set.value, ...members(set.after)]
}

function depth(set: SortedSet<number>): number {
  return set === null ? 0 : 1 + Math.max(depth(set.before), depth(set.after))
}

describe('SortedSet', () => {
  it('holds what was put in and not taken out, in order, and earlier sets stay as they were', () => {
    const step = fc.record({ add: fc.boolean(), value: fc.nat(30) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        let set: SortedSet<number> = null
        const model = new Set<number>()
        const versions: [SortedSet<number>, number[]][] = []
        for (const { add, value } of steps) {
          set = add ? withMember(set, value, order) : withoutMember(set, value, order)
          if (add) model.add(value)
          else model.delete(value)
          versions.push([set, [...model].toSorted(order)])
        }
        for (const [version, expected] of versions) {
          expect(members(version)).toEqual(expected)
          expect(sizeOf(version)).toBe(expected.length)
          expect(firstOf(version)).toBe(expected[0])
          expect(firstWhere(version, (value) => value > 7)).toBe(expected.find((value) => value > 7))
        }
      }),
    )
  })

  it('stays shallow, in whatever order members come and go', () => {
    let set: SortedSet<number> = null
    for (let i = 0; i < 10_000; i++) set = withMember(set, i, order)
    for (let i = 0; i < 9000; i++) set = withoutMember(set, i, order)
    expect(depth(set)).toBeLessThan(25)
  })

  it('asks no further than the first that passes', () => {
    let set: SortedSet<number> = null
    for (let i = 0; i < 100; i++) set = withMember(set, i, order)
    const asked: number[] = []
    firstWhere(set, (value) => {
      asked.push(value)
      return value === 3
    })
    expect(asked).toEqual([0, 1, 2, 3])
  })
})
