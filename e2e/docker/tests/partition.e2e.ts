import { describe, expect, it } from 'vitest'
import { send } from '../../client.ts'
import { dataPlanes, route, serves, statusOf } from '../../cluster-view.ts'
import { eventually } from '../../eventually.ts'
import { useContainers } from '../containers.ts'
import { startTraffic, unharmed, writesOutlive } from '../traffic.ts'

/** A cut says nothing to either side: what hangs is found by keep-alive and time-outs. */
const FOUND_WITHIN_MS = 60_000

describe('a partition of a link', () => {
  const cluster = useContainers()

  it('database: writes are refused, nothing acknowledged is lost, traffic goes on', async () => {
    const load = startTraffic(cluster, '/base')
    await writesOutlive(cluster, 'database', async () => {
      await cluster.cut('postgres', 'database')
      await eventually(
        async () => expect((await send(`${cluster.adminUrl}/services`)).status).toBe(503),
        FOUND_WITHIN_MS,
      )
      await cluster.mend('postgres', 'database')
    })
    await unharmed(cluster, load)
  })

  it('feed: writes are taken and reach the nodes once it is mended', async () => {
    const load = startTraffic(cluster, '/base')
    await cluster.cut('admin-api', 'feed')
    for (const hub of cluster.hubs) {
      await eventually(async () => {
        const { source } = (await send(`${hub}/status`)).json<{ source: string | null }>()
        expect(source).toBeNull()
      }, FOUND_WITHIN_MS)
    }
    await route(cluster, 'behind-the-feed')
    for (const node of cluster.nodes) expect(await statusOf(node, '/behind-the-feed')).toBe(404)
    await cluster.mend('admin-api', 'feed')
    for (const node of cluster.nodes) await serves(node, '/behind-the-feed', 200, FOUND_WITHIN_MS)
    await unharmed(cluster, load)
  })

  it('node link: the node that is cut off serves what it has, is said to be offline, and catches up', async () => {
    const load = startTraffic(cluster, '/base')
    const [cutOff, other] = cluster.nodes
    await cluster.cut(cutOff.service, 'node-link')
    await route(cluster, 'behind-the-node-link')
    await serves(other, '/behind-the-node-link')
    expect(await statusOf(cutOff, '/behind-the-node-link')).toBe(404)
    await eventually(async () => {
      const rows = await dataPlanes(cluster)
      expect(rows.find(({ hostname }) => hostname === cutOff.service)?.state).toBe('offline')
    }, FOUND_WITHIN_MS)
    await cluster.mend(cutOff.service, 'node-link')
    await serves(cutOff, '/behind-the-node-link', 200, FOUND_WITHIN_MS)
    await unharmed(cluster, load)
  })

  it.each(['sync-hub-1', 'sync-hub-2'])('%s from its nodes: they go to the other hub', async (hub) => {
    const load = startTraffic(cluster, '/base')
    await cluster.cut(hub, 'node-link')
    await eventually(() => route(cluster, `past-${hub}`))
    for (const node of cluster.nodes) await serves(node, `/past-${hub}`, 200, FOUND_WITHIN_MS)
    await cluster.mend(hub, 'node-link')
    await unharmed(cluster, load)
  })
})
