import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Config, someChanges } from './fixtures.ts'
import { advance, digest, fromHex, NO_CONFIG_HASH, toHex } from './hash.ts'

const hash = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n })
const bytes = Buffer.from('{"id":"a"}')

describe('the config hash', () => {
  it('does not depend on the order of entities', () => {
    fc.assert(
      fc.property(someChanges, fc.infiniteStream(fc.nat()), (changes, order) => {
        const one = new Config()
        one.apply(changes)
        const shuffled = [...one.entities.values()]
          .map((change) => ({ change, at: order.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ change }) => change)
        const other = new Config()
        other.apply(shuffled)
        expect(other.hash).toBe(one.hash)
      }),
    )
  })

  it('is advanced back by taking out what was put in', () => {
    fc.assert(
      fc.property(hash, hash, hash, (start, added, removed) => {
        expect(advance(advance(start, added, removed), removed, added)).toBe(start)
      }),
    )
  })

  it('stays within 128 bits', () => {
    fc.assert(
      fc.property(hash, hash, hash, (start, added, removed) => {
        expect(toHex(advance(start, added, removed))).toMatch(/^[0-9a-f]{32}$/)
      }),
    )
  })

  it('is the known one for a known entity', () => {
    // printf 'services\0a\0{"id":"a"}' | sha256sum
    expect(toHex(digest('services', 'a', bytes))).toBe('b535425b4876f6959047a32e4df0b204')
  })

  it.each([
    ['the kind', digest('routes', 'a', bytes)],
    ['the id', digest('services', 'b', bytes)],
    ['the bytes', digest('services', 'a', Buffer.from('{"id":"b"}'))],
    ['where the kind ends', digest('service', 'sa', bytes)],
  ])('depends on %s', (_what, other) => {
    expect(other).not.toBe(digest('services', 'a', bytes))
  })
})

describe('toHex', () => {
  it('is undone by fromHex', () => {
    fc.assert(fc.property(hash, (value) => fromHex(toHex(value)) === value))
  })

  it('writes an empty config as 32 zeros', () => {
    expect(toHex(0n)).toBe(NO_CONFIG_HASH)
  })
})

describe('fromHex', () => {
  it.each(['', 'f'.repeat(31), 'f'.repeat(33), 'F'.repeat(32), 'g'.repeat(32)])('refuses %s', (text) => {
    expect(() => fromHex(text)).toThrow(RangeError)
  })
})
