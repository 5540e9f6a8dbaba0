import type { RosterReport } from '@biplane/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aHello, PEER } from './fixtures.ts'
import { connectedRow } from './node-row.ts'
import { Reporter } from './reporter.ts'
import { Roster } from './roster.ts'

const aRow = (nodeId: string, session = 1) => connectedRow(aHello({ nodeId, session }), PEER, 0)

/** A link that takes a report when it is told to. */
class SlowLink {
  readonly reports: RosterReport[] = []
  take: () => void = () => undefined

  report(report: RosterReport): Promise<void> {
    this.reports.push(report)
    return new Promise((resolve) => {
      this.take = resolve
    })
  }
}

describe('a reporter', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 10_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('sends the whole roster on each link, and nothing while there is none', async () => {
    const reporter = new Reporter(new Roster(), Date.now)
    reporter.put(aRow('a'))
    await vi.runAllTimersAsync()
    for (const link of [new SlowLink(), new SlowLink()]) {
      void reporter.attach(link)
      expect(link.reports).toEqual([{ complete: true, nodes: [aRow('a')] }])
      void reporter.attach(null)
    }
  })

  it('sends nothing more of a roster in several messages once it is attached anew to the same link', async () => {
    const reporter = new Reporter(new Roster(), Date.now)
    const labels = { padding: 'x'.repeat(5 << 20) }
    for (const nodeId of ['a', 'b']) reporter.put({ ...aRow(nodeId), labels })
    const link = new SlowLink()
    void reporter.attach(link)
    const takeFirst = link.take
    reporter.end('b', aRow('b').instance, 1)
    void reporter.attach(link)
    takeFirst()
    await vi.advanceTimersByTimeAsync(0)
    link.take()
    await vi.advanceTimersByTimeAsync(0)
    expect(
      link.reports.map(({ complete, nodes }) => [complete, nodes.map((row) => row.nodeId + row.state.kind)]),
    ).toEqual([
      [true, ['abehind']],
      [true, ['abehind']],
      [false, ['boffline']],
    ])
  })

  it('tells what all nodes have long before it may report their rows again', async () => {
    const reporter = new Reporter(new Roster(), Date.now)
    const link = new SlowLink()
    const at = (revision: number) => ({ epoch: 'e', revision, hash: 'f'.repeat(32) })
    const put = (nodeId: string, revision: number) =>
      reporter.put({ ...aRow(nodeId), applied: at(revision), desired: at(revision) })
    for (const nodeId of ['a', 'b']) put(nodeId, 1)
    void reporter.attach(link)
    link.take()
    await vi.advanceTimersByTimeAsync(0)
    for (const nodeId of ['a', 'b']) put(nodeId, 2)
    await vi.advanceTimersByTimeAsync(50)
    put('b', 3)
    link.take()
    await vi.advanceTimersByTimeAsync(50)
    link.take()
    await vi.advanceTimersByTimeAsync(500)
    expect(link.reports.map(({ nodes, watermark }) => [nodes.length, watermark])).toEqual([
      [2, { epoch: 'e', revision: 1, below: [] }],
      [0, { epoch: 'e', revision: 2, below: [] }],
      [0, { epoch: 'e', revision: 3, below: [{ nodeId: 'a', revision: 2 }] }],
    ])
  })

  it('puts what changes in one turn into one report, with one timer however many nodes there are', async () => {
    const reporter = new Reporter(new Roster(), Date.now)
    const link = new SlowLink()
    void reporter.attach(link)
    link.take()
    await vi.advanceTimersByTimeAsync(0)
    for (let i = 0; i < 100; i += 1) reporter.put(aRow(`${i}`))
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(0)
    expect(link.reports.map(({ complete, nodes }) => [complete, nodes.length])).toEqual([
      [true, 0],
      [false, 100],
    ])
  })

  it('waits until the source has taken one report, and sends the newest rows then', async () => {
    const reporter = new Reporter(new Roster(), Date.now)
    const link = new SlowLink()
    void reporter.attach(link)
    for (const session of [1, 2, 3]) {
      reporter.put(aRow('a', session))
      await vi.advanceTimersByTimeAsync(2_000)
    }
    expect(link.reports).toHaveLength(1)
    link.take()
    await vi.advanceTimersByTimeAsync(0)
    expect(link.reports[1]).toEqual({ complete: false, nodes: [aRow('a', 3)] })
  })

  it('sends the end of a session at once, even of a node that was reported a moment ago', async () => {
    const reporter = new Reporter(new Roster(), Date.now)
    const link = new SlowLink()
    reporter.put(aRow('a'))
    void reporter.attach(link)
    link.take()
    await vi.advanceTimersByTimeAsync(10)
    reporter.end('a', 'a', 1)
    await vi.advanceTimersByTimeAsync(0)
    expect(link.reports[1]?.nodes).toMatchObject([{ nodeId: 'a', state: { kind: 'offline' } }])
  })

  it('does not wait for a link that was lost', async () => {
    const reporter = new Reporter(new Roster(), Date.now)
    const [lost, link] = [new SlowLink(), new SlowLink()]
    void reporter.attach(lost)
    void reporter.attach(null)
    void reporter.attach(link)
    link.take()
    await vi.advanceTimersByTimeAsync(0)
    lost.take()
    reporter.put(aRow('a'))
    await vi.advanceTimersByTimeAsync(0)
    expect(lost.reports).toHaveLength(1)
    expect(link.reports).toHaveLength(2)
  })
})
