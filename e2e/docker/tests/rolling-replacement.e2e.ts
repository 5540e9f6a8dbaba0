import { describe, expect, it } from 'vitest'
import { startBalancer } from '../../balancer.ts'
import { route, serves } from '../../cluster-view.ts'
import { eventually } from '../../eventually.ts'
import { startLoad } from '../../load.ts'
import { useContainers } from '../containers.ts'
import { figure, seconds } from '../figures.ts'
import { unharmed } from '../traffic.ts'

describe('a rolling replacement', () => {
  const cluster = useContainers()

  it('of hubs, admin-api and data planes fails no request of the clients of a balancer', async () => {
    const balancer = await startBalancer(cluster.nodes)
    const load = startLoad([`${balancer.url}/base`], 16)
    const started = performance.now()
    for (const service of ['sync-hub-1', 'sync-hub-2', 'admin-api', 'dataplane-1', 'dataplane-2']) {
      const old = await cluster.id(service)
      await cluster.replace(service)
      expect(await cluster.id(service)).not.toBe(old)
      await eventually(async () => {
        expect(await cluster.inspect(service, '{{.State.Health.Status}}')).toBe('healthy')
        expect(balancer.healthy()).toBe(2)
      }, 60_000)
      // Each is served by the new one before the next goes.
      await route(cluster, `after-${service}`)
      for (const node of cluster.nodes) await serves(node, `/after-${service}`, 200, 60_000)
    }
    const took = performance.now() - started
    figure('rolling replacement of five containers', seconds(took))
    figure('  requests in it, failed ones', `${load.requests}, ${load.failures.length}`)
    await unharmed(cluster, load)
    await balancer.close()
    expect(load.requests).toBeGreaterThan(1000)
  })
})
