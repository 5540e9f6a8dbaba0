import { describe, expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'
import { SourceMetrics } from './source-metrics.ts'

function aSource(refusals: readonly string[] = []) {
  const registry = createMetrics({ processMetrics: false })
  const clock = { now: 0 }
  const metrics = new SourceMetrics(registry, () => clock.now, refusals)
  const lines = async (text: string) =>
    (await registry.metrics()).split('\n').filter((line) => line.includes(text))
  return { metrics, clock, lines }
}

describe('SourceMetrics', () => {
  it('counts the bytes of each follower from 0, and forgets one that has been gone for long', async () => {
    const { metrics, clock, lines } = aSource()
    metrics.arrived('a')
    metrics.arrived('b')
    metrics.sent('a', 'delta', 10)
    metrics.sent('a', 'delta', 5)
    expect(await lines('node="a"')).toEqual([
      'biplane_config_bytes_sent_total{node="a",kind="snapshot"} 0',
      'biplane_config_bytes_sent_total{node="a",kind="delta"} 15',
    ])
    metrics.left('a')
    metrics.left('b')
    expect(metrics.followers).toBe(0)
    clock.now = 599_999
    metrics.arrived('b')
    metrics.arrived('b')
    metrics.left('b')
    expect(metrics.followers).toBe(1)
    expect(await lines('node="a"')).toHaveLength(2)
    clock.now = 600_000
    expect(await lines('node="a"')).toHaveLength(0)
    expect(await lines('node="b"')).toHaveLength(2)
  })

  it('counts who was refused, from 0, by why', async () => {
    const { metrics, lines } = aSource(['expired', 'revoked'])
    metrics.refused('revoked')
    expect(await lines('refused_total{')).toEqual([
      'biplane_connections_refused_total{reason="expired"} 0',
      'biplane_connections_refused_total{reason="revoked"} 1',
    ])
  })

  it('forgets also while nobody scrapes: those that are gone are forgotten when others go', async () => {
    const { metrics, clock, lines } = aSource()
    metrics.arrived('a')
    metrics.left('a')
    clock.now = 600_000
    metrics.arrived('b')
    metrics.left('b')
    // As if no time had passed, so that the scrape itself forgets nobody.
    clock.now = 0
    expect(await lines('node="a"')).toHaveLength(0)
    expect(await lines('node="b"')).toHaveLength(2)
  })

  it('forgets who was sent something and never came to be a follower', async () => {
    const { metrics, clock, lines } = aSource()
    metrics.sent('a', 'snapshot', 1)
    metrics.sent('b', 'snapshot', 1)
    metrics.arrived('b')
    clock.now = 600_000
    expect(await lines('node="a"')).toHaveLength(0)
    expect(await lines('node="b"')).toHaveLength(2)
  })

  it('counts what an observer is told, and tells it', async () => {
    const { metrics, lines } = aSource()
    const told: unknown[] = []
    const counted = metrics.counted({
      offered: (update: { kind: 'snapshot' | 'delta' }) => told.push(update),
      answered: (answer: { kind: 'applied' | 'rejected' }, update) => told.push(answer, update),
      withheld: (update: { reason: { kind: string } }) => told.push(update),
    })
    const delta = { kind: 'delta' } as const
    counted.offered(delta)
    counted.answered({ kind: 'rejected' }, delta)
    counted.withheld({ reason: { kind: 'source_empty' } })
    expect(told).toEqual([delta, { kind: 'rejected' }, delta, { reason: { kind: 'source_empty' } }])
    expect(await lines('_total{')).toEqual([
      'biplane_updates_sent_total{kind="snapshot"} 0',
      'biplane_updates_sent_total{kind="delta"} 1',
      'biplane_answers_total{result="applied"} 0',
      'biplane_answers_total{result="rejected"} 1',
      'biplane_withheld_total{reason="source_empty"} 1',
    ])
  })
})
