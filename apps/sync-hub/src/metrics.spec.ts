import { createMetrics } from '@biplane/service'
import { expect, it } from 'vitest'
import { HubMetrics } from './metrics.ts'

const observed = {
  connected: () => 2,
  revision: () => 7,
  following: () => true,
  queued: () => 0,
  views: () => 1,
}

it('counts the bytes of each node from 0, and forgets a node that has been gone for long', async () => {
  let now = 0
  const registry = createMetrics({ processMetrics: false })
  const metrics = new HubMetrics(registry, observed, () => now)
  const series = async (node: string) =>
    (await registry.metrics()).split('\n').filter((line) => line.includes(`node="${node}"`))
  metrics.arrived('a')
  metrics.arrived('b')
  metrics.sent('a', 'delta', 10)
  metrics.sent('a', 'delta', 5)
  expect(await series('a')).toEqual([
    'biplane_config_bytes_sent_total{node="a",kind="snapshot"} 0',
    'biplane_config_bytes_sent_total{node="a",kind="delta"} 15',
  ])
  metrics.left('a')
  metrics.left('b')
  now = 599_999
  metrics.arrived('b')
  expect(await series('a')).toHaveLength(2)
  now = 600_000
  expect(await series('a')).toHaveLength(0)
  expect(await series('b')).toHaveLength(2)
})

it('shows how the hub is', async () => {
  const registry = createMetrics({ processMetrics: false })
  new HubMetrics(registry, observed, () => 0)
  const text = await registry.metrics()
  for (const line of ['biplane_nodes_connected 2', 'biplane_revision 7', 'biplane_source_connected 1'])
    expect(text).toContain(line)
})
