import { describe, expect, it } from 'vitest'
import type { Address } from './address.ts'
import { type AlgorithmName, algorithms, type Choose, type Turn } from './algorithm.ts'
import { anAddress, aTurn, choicesOf } from './fixtures/addresses.ts'
import { measured } from './latency.ts'

/** What an algorithm promises beyond what all do. */
export interface Promises {
  /** Where a request that failed somewhere goes: elsewhere while there is another address, or there again, as in Kong. */
  readonly retry: 'elsewhere' | 'there'
  /** Whether weights are shares of the load, or only what others have to make up for. */
  readonly proportional: boolean
  /** Whether it has a last resort when everything has failed a request. */
  readonly beginsAnew: boolean
  /** How many of 100 requests may go elsewhere than before when one of ten addresses comes or goes; null for any number. */
  readonly disturbed: number | null
}

const REQUESTS = 4000

export function balancerContract(name: AlgorithmName, promises: Promises): void {
  const choosing = (addresses: readonly Address[]): Choose => algorithms[name](choicesOf(addresses))

  describe(`balancing by ${name}`, () => {
    it('chooses nothing where there is nothing', () => {
      expect(choosing([])(aTurn())).toBeUndefined()
    })

    it('chooses nothing where nothing is available', () => {
      expect(choosing([anAddress(1), anAddress(2)])(aTurn({ available: () => false }))).toBeUndefined()
    })

    it('chooses only what is available, and all of that', () => {
      const addresses = [1, 2, 3, 4, 5].map((number) => anAddress(number))
      const available = ({ key }: Address): boolean => key !== '10.0.0.2:80' && key !== '10.0.0.5:80'
      const shares = load(choosing(addresses), { available })
      expect([...shares.keys()].sort()).toEqual(['10.0.0.1:80', '10.0.0.3:80', '10.0.0.4:80'])
    })

    it('gives each a share of the load by its weight', () => {
      const shares = load(choosing([anAddress(1, 100), anAddress(2, 300)]), {})
      const share = (shares.get('10.0.0.2:80') ?? 0) / REQUESTS
      expect(share).toBeGreaterThan(0.6)
      expect(share).toBeLessThan(promises.proportional ? 0.9 : 1)
    })

    it('lets nobody starve, however little its weight is', () => {
      const shares = load(choosing([anAddress(1, 100), anAddress(2, 100), anAddress(3, 20)]), {})
      expect(shares.size).toBe(3)
    })

    it(`sends a request that failed ${promises.retry}`, () => {
      const choose = choosing([anAddress(1), anAddress(2), anAddress(3)])
      for (let i = 0; i < 50; i++) {
        const failed = new Set<string>()
        const tried = [1, 2, 3].map(() => {
          const key = choose(aTurn({ failed, hash: `request-${i}` }))?.key ?? ''
          failed.add(key)
          return key
        })
        expect(new Set(tried).size).toBe(promises.retry === 'elsewhere' ? 3 : 1)
      }
    })

    it(`${promises.beginsAnew ? 'begins anew' : 'gives up'} when all have failed a request`, () => {
      const addresses = [anAddress(1), anAddress(2)]
      const failed = new Set(addresses.map(({ key }) => key))
      expect(choosing(addresses)(aTurn({ failed })) !== undefined).toBe(promises.beginsAnew)
    })

    it('never tries again what is not available, not even as a last resort', () => {
      const addresses = [anAddress(1), anAddress(2)]
      const failed = new Set(['10.0.0.1:80'])
      const available = ({ key }: Address): boolean => key === '10.0.0.1:80'
      const chosen = choosing(addresses)(aTurn({ failed, available }))
      expect(chosen?.key).not.toBe('10.0.0.2:80')
    })

    const { disturbed } = promises
    if (disturbed === null) return
    it('leaves most requests where they were when an address goes', () => {
      const addresses = Array.from({ length: 10 }, (_, i) => anAddress(i + 1))
      const before = choosing(addresses)
      const after = choosing(addresses.slice(0, 9))
      const texts = Array.from({ length: 1000 }, (_, i) => `client ${i}`)
      const moved = texts.filter((hash) => before(aTurn({ hash }))?.key !== after(aTurn({ hash }))?.key)
      expect(moved.length / 10).toBeLessThanOrEqual(disturbed)
    })
  })
}

/** Many requests, twelve at a time, each answered in 10 ms: how many went to each address. */
function load(choose: Choose, given: Partial<Turn>): Map<string, number> {
  const shares = new Map<string, number>()
  const open: Address[] = []
  for (let i = 0; i < REQUESTS; i++) {
    const now = 1_700_000_000_000 + i
    if (open.length === 12) {
      const done = open.shift()
      done?.state.closed()
      if (done !== undefined) done.state.latency = measured(done.state.latency, 10, now)
    }
    const chosen = choose(aTurn({ ...given, hash: `client ${i}`, now }))
    if (chosen === undefined) continue
    chosen.state.opened()
    open.push(chosen)
    shares.set(chosen.key, (shares.get(chosen.key) ?? 0) + 1)
  }
  return shares
}
