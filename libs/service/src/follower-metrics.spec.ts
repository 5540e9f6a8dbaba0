import { describe, expect, it } from 'vitest'
import { FollowerMetrics } from './follower-metrics.ts'
import { createMetrics } from './metrics.ts'

async function after(use: (metrics: FollowerMetrics) => unknown): Promise<string[]> {
  const registry = createMetrics({ processMetrics: false })
  await use(new FollowerMetrics(registry))
  return (await registry.metrics()).split('\n')
}

describe('FollowerMetrics', () => {
  it('counts what becomes of updates, and passes the answer on', async () => {
    const answers = [{ kind: 'applied', tookMs: 40 }, { kind: 'rejected' }] as const
    const lines = await after(async (metrics) => {
      for (const answer of answers)
        expect(await metrics.counted(async () => answer)({ kind: 'delta' })).toBe(answer)
    })
    expect(lines).toEqual(
      expect.arrayContaining([
        'biplane_updates_total{kind="delta",result="applied"} 1',
        'biplane_updates_total{kind="delta",result="rejected"} 1',
        'biplane_updates_total{kind="snapshot",result="applied"} 0',
        'biplane_apply_duration_seconds_sum 0.04',
        'biplane_apply_duration_seconds_count 1',
      ]),
    )
  })

  it.each([
    ['at first', [], 0, 0],
    ['with a link', [{}], 1, 1],
    ['without it again', [{}, null], 0, 1],
    ['with another one', [{}, null, {}], 1, 2],
  ])(
    'says %s whether a source is followed, and how often one was',
    async (_when, links, connected, connects) => {
      const lines = await after((metrics) => {
        for (const link of links) metrics.linked(link)
        expect(metrics.connected).toBe(connected === 1)
      })
      expect(lines).toContain(`biplane_source_connected ${connected}`)
      expect(lines).toContain(`biplane_source_connects_total ${connects}`)
    },
  )

  it('counts by the reason why there is no config', async () => {
    const lines = await after((metrics) => {
      for (const kind of ['source_empty', 'source_empty']) metrics.withheld({ reason: { kind } })
    })
    expect(lines).toContain('biplane_updates_withheld_total{reason="source_empty"} 2')
  })
})
