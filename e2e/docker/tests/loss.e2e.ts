import { describe, expect, it } from 'vitest'
import { inSync, route, serves } from '../../cluster-view.ts'
import { eventually } from '../../eventually.ts'
import { startLoad } from '../../load.ts'
import { useContainers } from '../containers.ts'
import { figure, seconds } from '../figures.ts'
import { answered, startTraffic, unharmed, writesOutlive } from '../traffic.ts'

const CONTROL_PLANE = ['postgres', 'admin-api', 'sync-hub-1', 'sync-hub-2']

describe('the loss of a container and its return', () => {
  const cluster = useContainers()

  it.each([
    [['redis']],
    [['postgres']],
    [['admin-api']],
    [['sync-hub-1']],
    [['sync-hub-2']],
    [['sync-hub-1', 'sync-hub-2']],
    [CONTROL_PLANE],
  ])('%j: no request fails, all converge, nothing acknowledged is lost', async (services) => {
    const load = startTraffic(cluster, '/base')
    await writesOutlive(cluster, services.join('-'), async () => {
      await Promise.all(services.map(cluster.kill))
      await answered(load, 1000)
      await Promise.all(services.map(cluster.start))
    })
    await unharmed(cluster, load)
  })

  it.each([0, 1] as const)(
    'data plane %i: the other goes on, and it returns to what was changed meanwhile',
    async (index) => {
      const [lost, other] = index === 0 ? cluster.nodes : [cluster.nodes[1], cluster.nodes[0]]
      const load = startLoad([`${other.proxy}/base`], 8)
      await cluster.kill(lost.service)
      await route(cluster, `without-${lost.service}`)
      await serves(other, `/without-${lost.service}`)
      await answered(load, 1000)
      await cluster.start(lost.service)
      await serves(lost, `/without-${lost.service}`, 200, 60_000)
      await unharmed(cluster, load)
    },
  )

  it('lets a data plane serve from its cache while there is no control plane at all', async () => {
    const [node] = cluster.nodes
    await Promise.all(CONTROL_PLANE.map(cluster.kill))
    await cluster.kill(node.service)
    const started = performance.now()
    await cluster.start(node.service)
    await serves(node, '/base', 200, 60_000)
    figure(
      'a data plane, from start to a request served from its cache',
      seconds(performance.now() - started),
    )
    for (const service of CONTROL_PLANE.toReversed()) await cluster.start(service)
    await inSync(cluster, 2, 90_000)
  })

  it.each(['admin-api', 'sync-hub-1', 'dataplane-1', 'echo'])(
    '%s comes back by itself from a crash',
    async (service) => {
      const startedAt = () => cluster.inspect(service, '{{.State.StartedAt}} {{.State.Running}}')
      const before = await startedAt()
      await cluster.exec(service, 'sh', '-c', 'kill -9 -1').catch(() => undefined) // the shell is killed with the rest
      await eventually(async () => expect(await startedAt()).not.toBe(before), 60_000)
      await inSync(cluster, 2)
      for (const node of cluster.nodes) await serves(node, '/base', 200, 60_000)
    },
  )
})
