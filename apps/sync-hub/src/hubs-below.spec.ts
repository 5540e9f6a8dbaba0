import { type HubReport, NOWHERE, type RosterReport } from '@biplane/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { aHello, PEER } from './fixtures.ts'
import { HubsBelow } from './hubs-below.ts'
import { connectedRow } from './node-row.ts'

const [FIRST, SECOND] = [{ parent: 'first' }, { parent: 'second' }]

function aHub(session: number, fields: Partial<HubReport> = {}): HubReport {
  const about = { hostname: 'low', ip: '10.0.0.3', version: '3.4.0', connectedAt: 7, applied: NOWHERE }
  return { hubId: 'low', session, ...about, parentId: 'top', draining: false, gone: false, ...fields }
}

const aRow = (nodeId: string) => connectedRow(aHello({ nodeId, session: 1 }), PEER, 0)
const whole = (...nodeIds: string[]): RosterReport => ({ complete: true, nodes: nodeIds.map(aRow) })
const changed = (...nodeIds: string[]): RosterReport => ({ complete: false, nodes: nodeIds.map(aRow) })

describe('the hubs below a hub', () => {
  let below: HubsBelow
  let told: RosterReport[]
  /** What a source that comes now is told: the session of each hub, and its nodes. */
  const known = () => {
    const first: RosterReport[] = []
    below.attach({ report: async (report) => void first.push(report) })
    return first.map(({ hub, nodes }) => [hub?.session, nodes.map(({ nodeId }) => nodeId)])
  }
  beforeEach(() => {
    told = []
    below = new HubsBelow(() => performance.now())
    below.attach({ report: async (report) => void told.push(report) })
  })

  it('are known with their nodes from their whole roster on', () => {
    below.take(FIRST, aHub(5), changed('a'))
    expect(below.has('low')).toBe(false)
    below.take(FIRST, aHub(5), whole('a'))
    below.take(FIRST, aHub(5), changed('b'))
    expect(below.has('low')).toBe(true)
    expect(known()).toEqual([[5, ['a', 'b']]])
  })

  it.each<[string, object, HubReport, RosterReport, unknown]>([
    ['a newer session, told by another', SECOND, aHub(6), whole('b'), [[6, ['b']]]],
    ['the same session, told by another', SECOND, aHub(5), whole('b'), [[5, ['b']]]],
    ['a newer session without its roster', SECOND, aHub(6), changed('b'), [[5, ['a']]]],
    ['an older session', SECOND, aHub(4), whole('b'), [[5, ['a']]]],
    ['the end, by who tells of it', FIRST, aHub(5, { gone: true }), changed(), []],
    ['the end, by another', SECOND, aHub(5, { gone: true }), changed(), [[5, ['a']]]],
    ['the end of an older session', FIRST, aHub(4, { gone: true }), changed(), [[5, ['a']]]],
  ])('%s', (_what, by, hub, report, expected) => {
    below.take(FIRST, aHub(5), whole('a'))
    below.take(by, hub, report)
    expect(known()).toEqual(expected)
  })

  it('are gone with the session in which they were told of, unless they are told of in another one', () => {
    for (const hubId of ['low', 'lower']) below.take(FIRST, aHub(5, { hubId }), whole())
    below.take(SECOND, aHub(6, { hubId: 'lower' }), whole())
    below.end(FIRST)
    expect([below.has('low'), below.has('lower')]).toEqual([false, true])
    expect(told.filter(({ hub }) => hub?.gone).map(({ hub }) => hub?.hubId)).toEqual(['low'])
  })
})
