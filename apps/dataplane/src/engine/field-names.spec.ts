import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSameName, placeOf } from './field-names.ts'

const name = fc.string({ unit: fc.constantFrom(...'aAzZ09-_@[`{'), maxLength: 4 })

describe('names of header fields', () => {
  it('are the same whatever their case', () => {
    const same = fc.property(name, name, (a, b) => {
      expect(isSameName(a, b)).toBe(a.toLowerCase() === b.toLowerCase())
    })
    fc.assert(same, { numRuns: 2_000 })
  })

  it('are looked for from a place on, among names only', () => {
    const fields = ['a', 'b', 'B', 'c', 'b', 'd']
    expect([placeOf(fields, 'b'), placeOf(fields, 'b', 4), placeOf(fields, 'b', 6)]).toEqual([2, 4, -1])
    expect(placeOf(fields, 'd')).toBe(-1)
  })
})
