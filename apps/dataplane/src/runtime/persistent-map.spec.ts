import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PersistentMap } from './persistent-map.ts'

/** Two keys with one FNV-1a hash, found by search. */
const COLLIDING = ['costarring', 'liquid'] as const

const key = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.constantFrom(...COLLIDING),
  fc.integer({ min: 0, max: 200 }).map((n) => `key-${n}`),
)
const operation = fc.oneof(
  fc.record({ op: fc.constant('set' as const), key, value: fc.integer() }),
  fc.record({ op: fc.constant('delete' as const), key, value: fc.constant(0) }),
)

describe('PersistentMap', () => {
  it('holds what a Map holds, and so does every earlier version of it', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        let map = PersistentMap.empty<number>()
        const model = new Map<string, number>()
        const history: [PersistentMap<number>, Map<string, number>][] = []
        for (const { op, key, value } of operations) {
          map = op === 'set' ? map.set(key, value) : map.delete(key)
          if (op === 'set') model.set(key, value)
          else model.delete(key)
          history.push([map, new Map(model)])
        }
        for (const [version, expected] of history.slice(-20)) {
          expect(version.size).toBe(expected.size)
          expect(new Map(version.entries())).toEqual(expected)
          for (const { key } of operations) expect(version.get(key)).toBe(expected.get(key))
        }
      }),
    )
  })

  it('keeps keys of equal hashes apart', () => {
    const [a, b] = COLLIDING
    const both = PersistentMap.empty<number>().set(a, 1).set(b, 2)
    expect([both.get(a), both.get(b), both.size]).toEqual([1, 2, 2])
    const one = both.delete(a)
    expect([one.get(a), one.get(b), one.size]).toEqual([undefined, 2, 1])
    expect(one.set('key-1', 3).get(b)).toBe(2)
  })

  it('is itself when there is nothing to delete', () => {
    const map = PersistentMap.empty<number>().set('a', 1)
    expect(map.delete('b')).toBe(map)
  })

  it('holds undefined as a value without counting it twice', () => {
    const map = PersistentMap.empty<number | undefined>().set('a', undefined).set('a', undefined)
    expect([map.size, map.has('a')]).toEqual([1, true])
  })
})
