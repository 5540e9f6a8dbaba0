import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { addressKey } from './address.ts'
import { anAddress, aTurn, choicesOf } from './fixtures/addresses.ts'
import { hashRing, slotOf } from './hash-ring.ts'
import { LocalState } from './local-state.ts'

interface RingTable {
  readonly slots: number
  readonly addresses: readonly { readonly ip: string; readonly port: number; readonly weight: number }[]
  readonly points: Readonly<Record<string, number>>
  readonly lookups: readonly (readonly [text: string, point: number, key: string])[]
}
const tables: RingTable[] = JSON.parse(
  readFileSync(new URL('./fixtures/hash-rings.json', import.meta.url), 'utf8'),
)

describe.each(tables)('a ring of $slots slots', ({ slots, addresses, points, lookups }) => {
  const all = addresses.map(({ ip, port, weight }) => ({
    ...{ key: addressKey(ip, port), ip, port, host: ip, target: ip, weight },
    state: new LocalState(),
  }))
  const choose = hashRing(choicesOf(all, slots))

  it.each(lookups)('sends %j, which lies at %i, to %s', (hash, point, key) => {
    expect(slotOf(hash, slots) + 1).toBe(point)
    expect(choose(aTurn({ hash }))?.key).toBe(key)
  })

  it('gives each address the points of its weight', () => {
    const total = Object.values(points).reduce((sum, count) => sum + count)
    expect(total).toBe(160 * all.length)
  })
})

describe('a ring', () => {
  it('sends what belongs to an address that is down elsewhere, and all else where it was', () => {
    const choose = hashRing(choicesOf([1, 2, 3, 4].map((number) => anAddress(number))))
    for (let i = 0; i < 500; i++) {
      const hash = `client ${i}`
      const usual = choose(aTurn({ hash }))?.key
      const now = choose(aTurn({ hash, available: ({ key }) => key !== '10.0.0.1:80' }))?.key
      if (usual === '10.0.0.1:80') expect(now).not.toBe(usual)
      else expect(now).toBe(usual)
    }
  })

  it('has a place for everybody where their points do not fit', () => {
    const addresses = Array.from({ length: 200 }, (_, i) => anAddress(i, 1))
    const choose = hashRing(choicesOf(addresses, 1000))
    const seen = new Set(Array.from({ length: 20_000 }, (_, i) => choose(aTurn({ hash: `${i}` }))?.key))
    expect(seen.size).toBe(200)
  })

  it.each([
    ['more targets than points fit', 5_000, 10_000],
    ['more targets than slots', 20_000, 1_000],
  ])('is built in a moment for %s', (_what, count, slots) => {
    const addresses = Array.from({ length: count }, (_, i) => ({ ...anAddress(1), key: `10.0.0.1:${i}` }))
    const choose = hashRing(choicesOf(addresses, slots))
    const seen = new Set(Array.from({ length: slots * 20 }, (_, i) => choose(aTurn({ hash: `${i}` }))?.key))
    expect(seen.size).toBeGreaterThan(Math.min(count, slots) * 0.99)
  })
})
