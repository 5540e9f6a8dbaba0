import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inSync, route, serves } from '../../cluster-view.ts'
import { eventually } from '../../eventually.ts'
import { startLoad } from '../../load.ts'
import { startBalancer } from '../balancer.ts'
import { type Containers, startContainers } from '../containers.ts'
import { figure, seconds } from '../figures.ts'

describe('a rolling replacement', () => {
  let cluster: Containers
  beforeAll(async () => {
    cluster = await startContainers()
    await eventually(() => route(cluster, 'base'), 60_000)
    await inSync(cluster, 2, 60_000)
    for (const node of cluster.nodes) await serves(node, '/base')
  })
  afterAll(() => cluster?.down())

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
    await inSync(cluster, 2, 60_000)
    await load.stop()
    await balancer.close()
    figure('rolling replacement of five containers', seconds(took))
    figure('  requests in it, failed ones', `${load.requests}, ${load.failures.length}`)
    expect(load.failures).toEqual([])
    expect(load.requests).toBeGreaterThan(1000)
  })
})
