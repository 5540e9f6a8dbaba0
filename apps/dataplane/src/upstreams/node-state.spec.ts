import { describe, expect, it } from 'vitest'
import { NodeState } from './node-state.ts'
import { SharedTable } from './shared-table.ts'

const start = 1_700_000_000_000

function twoWorkers() {
  const table = SharedTable.forWorkers(2)
  const time = { now: start }
  const clock = () => time.now
  return { table, time, one: new NodeState(table, 0, clock), other: new NodeState(table, 1, clock) }
}

describe('NodeState', () => {
  it('lets workers take turns together', () => {
    const { one, other } = twoWorkers()
    const [mine, theirs] = [one.lease('u', ['a']), other.lease('u', ['a'])]
    const first = mine.turns.next()
    expect([theirs.turns.next(), mine.turns.next()]).toEqual([first + 1, first + 2])
  })

  it('keeps numbers from one lease to the next, and frees them after the last', () => {
    const { table, one } = twoWorkers()
    const before = one.lease('u', ['a', 'b'])
    before.states[0]?.opened()
    const after = one.lease('u', ['a'])
    before.release()
    expect(after.states[0]?.open).toBe(1)
    expect(table.size).toBe(2)
    after.release()
    expect(table.size).toBe(1)
    before.states[0]?.closed()
    expect(table.size).toBe(0)
  })

  it('begins with the average of those that are there already', () => {
    const { one, time } = twoWorkers()
    const before = one.lease('u', ['a'])
    for (const state of before.states) state.latency = { average: 50, at: start }
    time.now = start + 5
    const after = one.lease('u', ['a', 'b'])
    expect(after.states.map(({ latency }) => latency)).toEqual([
      { average: 50, at: start },
      { average: 50, at: start + 5 },
    ])
  })

  it('counts nothing for what is no longer held', () => {
    const { table, one, other } = twoWorkers()
    const late = one.lease('u', ['a'])
    late.release()
    const current = other.lease('u', ['a'])
    for (const state of late.states) {
      state.opened()
      state.closed()
      state.latency = { average: 9, at: 9 }
    }
    expect(current.states[0]?.open).toBe(0)
    expect(current.states[0]?.latency.average).toBe(0)
    expect(table.size).toBe(2)
  })

  it('does without the others where the table is full', () => {
    const lease = new NodeState(SharedTable.forWorkers(1, 1), 0, () => start).lease('u', ['a'])
    lease.states[0]?.opened()
    expect(lease.states[0]?.open).toBe(1)
  })

  it('holds one entry for an address that two targets share', () => {
    const { table, one } = twoWorkers()
    const lease = one.lease('u', ['a', 'a'])
    lease.states[0]?.opened()
    expect(lease.states[1]?.open).toBe(1)
    lease.states[1]?.closed()
    lease.release()
    expect(table.size).toBe(0)
  })

  it('shows health to all workers, from one lease to the next', () => {
    const { one, other } = twoWorkers()
    const before = one.lease('u', ['a'])
    expect(before.states[0]?.replaceHealth(0, 7)).toBe(true)
    expect(before.states[0]?.replaceHealth(0, 9)).toBe(false)
    const theirs = other.lease('u', ['a'])
    before.release()
    expect(one.lease('v', ['a']).states[0]?.health).toBe(0)
    expect(one.lease('u', ['a']).states[0]?.health).toBe(7)
    expect(theirs.states[0]?.health).toBe(7)
    // Of what was let go nothing is counted.
    expect([before.states[0]?.isKept, theirs.states[0]?.isKept]).toEqual([false, true])
    expect(before.states[0]?.replaceHealth(7, 1)).toBe(true)
    expect(theirs.states[0]?.health).toBe(7)
  })

  it('knows an address again that was away for 300 seconds, and not one that was longer', () => {
    const { one, other, time } = twoWorkers()
    const before = one.lease('u', ['a'])
    before.states[0]?.replaceHealth(0, 7)
    before.release()
    time.now += 300_000
    const again = other.lease('u', ['a'])
    expect(again.states[0]?.health).toBe(7)
    again.release()
    time.now += 301_000
    expect(one.lease('u', ['a']).states[0]?.health).toBe(0)
  })
})
