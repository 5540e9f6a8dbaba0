import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SharedCounterTable } from './shared-counters.ts'

const minute = (start: number, limit = Number.POSITIVE_INFINITY) => ({
  place: 1,
  start,
  end: start + 60,
  limit,
})
const hour = (limit = Number.POSITIVE_INFINITY) => ({ place: 2, start: 0, end: 3600, limit })

describe('counters that threads share', () => {
  it('tell what was counted before, by whichever thread', () => {
    const { buffer } = aTable()
    const [one, two] = [new SharedCounterTable(buffer, 0), new SharedCounterTable(buffer, 1)]
    expect(one.take('k', [minute(0), hour()])).toEqual([0, 0])
    expect(two.take('k', [minute(0)], 5)).toEqual([1])
    expect(one.take('k', [minute(0), hour()])).toEqual([6, 1])
    expect(two.take('another', [minute(0)])).toEqual([0])
  })

  it('count in all windows or in none', () => {
    const table = aTable()
    table.take('k', [minute(0, 1), hour(9)])
    expect(table.take('k', [minute(0, 1), hour(9)])).toEqual([1, 1])
    expect(table.take('k', [minute(0, 1), hour(9)])).toEqual([1, 1])
  })

  it('forget what an earlier window counted, and nothing else', () => {
    const table = aTable()
    table.take('k', [minute(0), hour()])
    expect(table.take('k', [minute(60), hour()])).toEqual([0, 1])
  })

  it('count as a map does, as long as there is room', () => {
    const step = fc.record({ key: fc.nat({ max: 20 }), place: fc.nat({ max: 5 }), start: fc.nat({ max: 2 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const table = aTable()
        const model = new Map<string, { start: number; count: number }>()
        for (const { key, place, start } of steps) {
          const at = `${key} ${place}`
          const known = model.get(at)
          const before = known?.start === start ? known.count : 0
          const window = { place, start, end: 9_999_999_999 % 2 ** 32, limit: 7 }
          expect(table.take(String(key), [window])).toEqual([before])
          if (before < 7) model.set(at, { start, count: before + 1 })
        }
      }),
    )
  })

  it('forget first what is over, then what was longest not used, and never more than they must', () => {
    let now = 1
    const table = new SharedCounterTable(SharedCounterTable.memory(BUCKET), 0, () => now)
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    for (const key of keys) {
      table.take(key, [key === 'h' ? { ...minute(0), end: 5 } : minute(0)])
      now += 1
    }
    now = 20
    table.take('i', [minute(0)])
    table.take('j', [minute(0)])
    const left = ['b', 'c', 'd', 'e', 'f', 'g', 'i', 'j'].map((key) => table.take(key, [minute(0)], 0)[0])
    expect(left).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
  })
})

/** Room for one bucket: the secret, a lock, eight entries. */
const BUCKET = (4 + 1 + 8 * 16) * 4

function aTable(): SharedCounterTable {
  return new SharedCounterTable(SharedCounterTable.memory(1 << 20), 0, () => 1)
}
