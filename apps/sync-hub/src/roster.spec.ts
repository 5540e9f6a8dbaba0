import type { NodeHealth, NodeReport, RosterReport } from '@biplane/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aHello, PEER } from './fixtures.ts'
import { connectedRow } from './node-row.ts'
import { Roster } from './roster.ts'

const aRow = (nodeId: string, session = 1): NodeReport => connectedRow(aHello({ nodeId, session }), PEER, 0)
const ids = (report: RosterReport | null) => report?.nodes.map(({ nodeId }) => nodeId)

describe('a roster', () => {
  it('reports a change at once, and the next one of that node a second later', () => {
    const roster = new Roster()
    roster.put(aRow('a'))
    expect(ids(roster.changes(1_000))).toEqual(['a'])
    roster.put(aRow('a'))
    roster.put(aRow('b'))
    expect(ids(roster.changes(1_010))).toEqual(['b'])
    expect(roster.changes(1_999)).toBeNull()
    expect(roster.nextDue()).toBe(2_000)
    expect(ids(roster.changes(2_000))).toEqual(['a'])
    expect(roster.nextDue()).toBe(Number.POSITIVE_INFINITY)
  })

  it('reports the newest row only, however often it changed', () => {
    const roster = new Roster()
    for (const session of [1, 2, 3]) roster.put(aRow('a', session))
    expect(roster.changes(0)?.nodes).toEqual([aRow('a', 3)])
  })

  it('holds back a row that is to be reported later, unless another takes its place', () => {
    const roster = new Roster()
    roster.put(aRow('a'), 300)
    expect(roster.changes(299)).toBeNull()
    roster.put(aRow('a'))
    expect(ids(roster.changes(299))).toEqual(['a'])
  })

  it('reports the end of a session at once, then forgets the node', () => {
    const roster = new Roster()
    roster.put(aRow('a'))
    roster.whole(0)
    roster.end('a', 'a', 1)
    expect(roster.changes(1)?.nodes[0]?.state).toEqual({ kind: 'offline' })
    expect(roster.whole(2).nodes).toEqual([])
  })

  it('ignores the end of a session that another one has replaced', () => {
    const roster = new Roster()
    roster.put(aRow('a', 2))
    roster.end('a', 'a', 1)
    expect(roster.whole(0).nodes[0]?.state.kind).toBe('behind')
  })

  it('keeps only so many nodes that are gone while there is no source', () => {
    const roster = new Roster()
    for (let i = 0; i < 10_050; i += 1) {
      roster.put(aRow(`node ${i}`))
      roster.end(`node ${i}`, 'a', 1)
    }
    expect(roster.whole(0).nodes).toHaveLength(10_000)
  })

  it('is known to the source in the end, whatever changed and was reported when', () => {
    const step = fc.oneof(
      fc.record({ put: fc.constantFrom('a', 'b', 'c'), session: fc.nat(1), notBefore: fc.nat(5_000) }),
      fc.record({ end: fc.constantFrom('a', 'b', 'c'), session: fc.nat(1) }),
      fc.record({ pass: fc.nat(1_500) }),
      fc.constant('link' as const),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const roster = new Roster()
        const source = new Map<string, NodeReport>()
        const connected = new Map<string, NodeReport>()
        let now = 0
        const take = (report: RosterReport | null) => {
          if (report?.complete) source.clear()
          for (const row of report?.nodes ?? []) source.set(row.nodeId, row)
        }
        for (const each of steps) {
          if (each === 'link') take(roster.whole(now))
          else if ('pass' in each) {
            now += each.pass
            take(roster.changes(now))
          } else if ('put' in each) {
            const row = aRow(each.put, each.session)
            roster.put(row, each.notBefore)
            connected.set(each.put, row)
          } else {
            roster.end(each.end, 'a', each.session)
            if (connected.get(each.end)?.session === each.session) connected.delete(each.end)
          }
        }
        take(roster.changes(now + 10_000))
        const online = [...source.values()].filter(({ state }) => state.kind !== 'offline')
        expect(new Map(online.map((row) => [row.nodeId, row]))).toEqual(connected)
      }),
    )
  })
})

describe('what a node of a roster has told of health', () => {
  const told = (nodeId: string, session = 1, toldAt = 0): NodeHealth => ({
    ...{ nodeId, instance: 'a', session, toldAt },
    health: { upstreams: [], incomplete: false },
  })

  it('is reported with its row, however early it came', () => {
    const roster = new Roster()
    roster.putHealth(told('a'))
    expect([roster.changes(0), roster.nextDue()]).toEqual([null, Number.POSITIVE_INFINITY])
    roster.put(aRow('a'), 300)
    expect(roster.changes(0)).toBeNull()
    expect(roster.changes(300)).toEqual({ complete: false, nodes: [aRow('a')], health: [told('a')] })
    expect(roster.nextDue()).toBe(Number.POSITIVE_INFINITY)
  })

  it('is reported at once when it changes, and the next change a second later', () => {
    const roster = new Roster()
    roster.put(aRow('a'))
    roster.changes(0)
    roster.putHealth(told('a'))
    expect(roster.nextDue()).toBe(0)
    expect(roster.changes(10)).toEqual({ complete: false, nodes: [], health: [told('a')] })
    for (const at of [1, 2, 3]) roster.putHealth(told('a', 1, at))
    expect([roster.changes(900), roster.nextDue()]).toEqual([null, 1_100])
    expect(roster.changes(1_100)?.health).toEqual([told('a', 1, 3)])
  })

  it('is told whole to a new source, and not again without news', () => {
    const roster = new Roster()
    roster.put(aRow('a'))
    roster.putHealth(told('a'))
    expect(roster.whole(0).health).toEqual([told('a')])
    expect(roster.changes(5_000)).toBeNull()
    expect(roster.whole(5_000).health).toEqual([told('a')])
  })

  it('is told of fifty nodes at a time, the others right after', () => {
    const roster = new Roster()
    const ids = Array.from({ length: 120 }, (_, n) => `${n}`)
    for (const id of ids) roster.put(aRow(id))
    for (const id of ids) roster.putHealth(told(id))
    const first = roster.whole(0)
    expect([first.nodes.length, first.health?.length, roster.nextDue()]).toEqual([120, 50, 0])
    const later = [roster.changes(0), roster.changes(0), roster.changes(0)]
    expect(later.map((report) => report?.health?.length)).toEqual([50, 20, undefined])
    const heard = [first, ...later].flatMap((report) => report?.health ?? []).map(({ nodeId }) => nodeId)
    expect(new Set(heard).size).toBe(120)
  })

  it('is of one session: that of the next is reported at once, after its row', () => {
    const roster = new Roster()
    roster.put(aRow('a'))
    roster.putHealth(told('a'))
    roster.whole(0)
    roster.putHealth(told('a', 2))
    expect(roster.changes(500)).toBeNull()
    roster.put(aRow('a', 2))
    roster.putHealth(told('a', 1, 7))
    expect(roster.changes(1_000)).toEqual({ complete: false, nodes: [aRow('a', 2)], health: [told('a', 2)] })
  })

  it('ends with the session', () => {
    const roster = new Roster()
    roster.put(aRow('a'))
    roster.putHealth(told('a'))
    roster.end('a', 'a', 1)
    expect(roster.whole(0).health).toBeUndefined()
  })
})
