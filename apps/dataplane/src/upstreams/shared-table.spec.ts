import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SharedTable, turnKinds } from './shared-table.ts'

const start = 1_700_000_000_000

function claimOne(table: SharedTable, worker: number, key: string, now = start) {
  const [claim] = table.claim(worker, [key], now)
  if (claim === undefined) throw new Error(`there is no room for ${key}`)
  return claim
}

describe('SharedTable', () => {
  it('gives all workers one entry of a key, and counts what they do together', () => {
    const here = SharedTable.forWorkers(2)
    const there = new SharedTable(here.buffer)
    const mine = claimOne(here, 0, 'a')
    const theirs = claimOne(there, 1, 'a')
    expect([mine.fresh, theirs.fresh]).toEqual([true, false])
    expect(theirs.place).toBe(mine.place)
    here.addOpen(0, mine.place, 2)
    there.addOpen(1, mine.place, 3)
    expect(here.open(mine.place)).toBe(5)
    const first = here.turn(mine.place, turnKinds.first)
    expect(there.turn(mine.place, turnKinds.first)).toBe(first + 1)
  })

  it('forgets what a worker that is gone had open, and what only it held', () => {
    const table = SharedTable.forWorkers(2)
    const both = claimOne(table, 0, 'both')
    claimOne(table, 1, 'both')
    claimOne(table, 1, 'lone')
    table.addOpen(0, both.place, 1)
    table.addOpen(1, both.place, 7)
    table.vacate(1, start)
    expect(table.open(both.place)).toBe(1)
    expect(table.size).toBe(1)
  })

  it('does not wait for a worker that ended while it held the lock', () => {
    const table = SharedTable.forWorkers(2)
    new Int32Array(table.buffer)[0] = 2
    table.vacate(1, start)
    expect(claimOne(table, 0, 'a').fresh).toBe(true)
  })

  it('has no room for more than it was made for, until some are released', () => {
    const table = SharedTable.forWorkers(1, 2)
    const claims = table.claim(0, ['a', 'b', 'c'], start)
    expect(claims[2]).toBeUndefined()
    table.release(0, [claims[0]?.place ?? 0], start)
    expect(claimOne(table, 0, 'c')).toEqual({ place: claims[0]?.place, fresh: true })
  })

  it('holds many workers', () => {
    const table = SharedTable.forWorkers(70, 4)
    const { place } = claimOne(table, 69, 'a')
    claimOne(table, 3, 'a')
    table.release(69, [place], start)
    expect(table.size).toBe(1)
    table.release(3, [place], start)
    expect(table.size).toBe(0)
  })

  it('remembers the health of what was left for 300 seconds, and nothing else of it', () => {
    const table = SharedTable.forWorkers(2)
    const leave = (key: string, health: number): void => {
      const { place } = claimOne(table, 0, key)
      table.replaceHealth(place, 0, health)
      table.setLatency(place, { average: 9, at: 9 })
      table.release(0, [place], start)
    }
    for (const [later, health] of [
      [0, 7],
      [300_000, 7],
      [301_000, 0],
    ] as const) {
      leave('a', 7)
      expect(table.size).toBe(0)
      const { place, fresh } = claimOne(table, 1, 'a', start + later)
      expect([fresh, table.health(place), table.latency(place).average]).toEqual([true, health, 0])
      table.replaceHealth(place, health, 0)
      table.release(1, [place], start)
    }
  })

  it('gives up what it remembers where the room is needed', () => {
    const table = SharedTable.forWorkers(1, 2)
    for (const key of ['a', 'b']) {
      const { place } = claimOne(table, 0, key)
      table.replaceHealth(place, 0, 3)
      table.release(0, [place], start)
    }
    const [c, d] = [claimOne(table, 0, 'c'), claimOne(table, 0, 'd')]
    expect([table.health(c.place), table.health(d.place), table.size]).toEqual([0, 0, 2])
  })

  it('forgets the healthy before it gives up what it remembers', () => {
    const table = SharedTable.forWorkers(1, 8)
    const claims = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => claimOne(table, 0, key))
    const sick = claimOne(table, 0, 'd')
    table.replaceHealth(sick.place, 0, 5)
    for (const { place } of claims) table.release(0, [place], start)
    for (const key of ['1', '2', '3', '4', '5', '6', '7']) claimOne(table, 0, key)
    expect(table.health(claimOne(table, 0, 'd').place)).toBe(5)
  })

  it('tells when there are other entries, and when it is told of a change', () => {
    const table = SharedTable.forWorkers(2)
    const counted = (act: () => void): number => {
      const before = table.changes
      act()
      return table.changes - before
    }
    expect(counted(() => claimOne(table, 0, 'a'))).toBe(1)
    expect(counted(() => claimOne(table, 1, 'a'))).toBe(0)
    const { place } = claimOne(table, 0, 'a')
    expect(counted(() => table.release(0, [place], start))).toBe(0)
    expect(counted(() => table.release(1, [place], start))).toBe(1)
    expect(counted(() => table.changed())).toBe(1)
  })

  it('finds every key that is held, whatever came and went', () => {
    const worker = fc.integer({ min: 0, max: 2 })
    const step = fc.record({ worker, key: fc.integer({ min: 0, max: 9 }), claims: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
        const table = SharedTable.forWorkers(3, 10)
        const held = new Map<string, { place: number; by: Set<number> }>()
        for (const { worker, key: number, claims } of steps) {
          const key = `key-${number}`
          const known = held.get(key)
          if (claims) {
            const { place, fresh } = claimOne(table, worker, key)
            expect(fresh).toBe(known === undefined)
            if (known !== undefined) expect(place).toBe(known.place)
            held.set(key, { place, by: new Set([...(known?.by ?? []), worker]) })
          } else if (known?.by.delete(worker)) {
            table.release(worker, [known.place], start)
            if (known.by.size === 0) held.delete(key)
          }
        }
        expect(table.size).toBe(held.size)
        expect(new Set([...held.values()].map(({ place }) => place)).size).toBe(held.size)
      }),
    )
  })
})
