import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@biplane/tools/postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Row, send } from '../client.ts'
import { inSync, route, serves } from '../cluster-view.ts'
import { eventually as eventuallyWithin } from '../eventually.ts'
import { startLoad } from '../load.ts'
import { type App, type Hub, type Node, type Stack, startStack } from '../stack.ts'

/** Two hubs that follow the control plane, a third that follows either of them, two nodes above and one below. */
describe('many hubs', () => {
  let stack: Stack
  let second: Hub
  let leaf: Hub
  let low: Node
  /** Where nodes and hubs connect, by hub. */
  let nodesAt: Record<'first' | 'second' | 'leaf', string>
  let hubsAt: Record<'first' | 'second', string>

  beforeAll(async () => {
    const address = async () => `127.0.0.1:${await freePort()}`
    nodesAt = { first: await address(), second: await address(), leaf: await address() }
    hubsAt = { first: await address(), second: await address() }
    stack = await startStack({
      hubSettings: { cluster_listen: nodesAt.first, relay_listen: hubsAt.first },
      nodeSettings: { cluster_control_plane: `${nodesAt.first},${nodesAt.second}` },
    })
    // A hub that hears which plugins there are sends nodes away that came before: they would go to the second.
    await route(stack, 'base')
    await inSync(stack, 2)
    second = await stack.addHub('second', { cluster_listen: nodesAt.second, relay_listen: hubsAt.second })
  })
  afterAll(() => stack?.close())

  const idOf = ({ prefix }: Pick<App, 'prefix'>) => readFileSync(join(prefix, 'kong.id'), 'utf8').trim()
  const hubs = async () => (await stack.admin.get<{ data: Row[] }>('/clustering/hubs')).data
  const hubRow = async (hub: Hub) => (await hubs()).find(({ id }) => id === idOf(hub))
  const hubOf = async (node: Node) => (await stack.admin.get(`/clustering/data-planes/${idOf(node)}`)).hub
  const everyNode = () => [...stack.nodes, low]
  /** A write that is answered when every connected node has it; its status. */
  const writeSynced = async (name: string) => {
    const body = JSON.stringify({ service: { name: 'base' }, paths: [`/${name}`] })
    const headers = { 'content-type': 'application/json' }
    return (await send(`${stack.adminUrl}/routes/${name}?wait_for_sync=30`, { method: 'PUT', headers, body }))
      .status
  }
  const servesEverywhere = async (path: string) => {
    for (const node of everyNode()) expect((await send(`${node.proxy}${path}`)).status).toBe(200)
  }

  it('a hub may follow a hub: its nodes get every change and are told of, and no database connection is added', async () => {
    const database = new pg.Client(stack.database.url())
    await database.connect()
    database.on('error', () => undefined) // the end of the stack is the end of it
    const connections = async () =>
      (await database.query('select from pg_stat_activity where datname = current_database()')).rowCount ?? 0
    const before = await connections()
    leaf = await stack.addHub('leaf', {
      cluster_listen: nodesAt.leaf,
      relay_listen: 'off',
      cluster_feed: `${hubsAt.first},${hubsAt.second}`,
    })
    low = await stack.addNode('low', { cluster_control_plane: nodesAt.leaf })
    await inSync(stack, 3)
    await eventually(async () => {
      expect(await hubRow(leaf)).toMatchObject({ state: 'connected', parent: idOf(stack.hub), nodes: 1 })
      expect(await hubRow(stack.hub)).toMatchObject({ state: 'connected', parent: null, nodes: 2 })
      // It knows which plugins there are, then.
      expect(await hubRow(second)).toMatchObject({ state: 'connected', parent: null, nodes: 0 })
    })
    expect(await hubOf(low)).toBe(idOf(leaf))
    expect(await writeSynced('tree')).toBe(200)
    await servesEverywhere('/tree')
    // Those of the admin-api come and go with its work; one of a hub or a node would stay.
    await eventually(async () => expect(await connections()).toBeLessThanOrEqual(before))
    await database.end()
  })

  it('a hub that is told to stop sends nodes and hubs elsewhere, under writes and load, without a gap', async () => {
    const load = startLoad(
      everyNode().map(({ proxy }) => `${proxy}/base`),
      6,
    )
    const written: number[] = []
    const followers = [...stack.nodes, leaf]
    const losses = () => followers.map((app) => app.log().split('lost the source').length)
    const before = losses()
    let isStopped = false
    const writing = (async () => {
      for (let n = 0; !isStopped || n < 5; n += 1) written.push(await writeSynced(`drain-${n}`))
    })()
    expect(await stack.hub.stop()).toMatchObject({ code: 0 })
    isStopped = true
    await writing
    await load.stop()
    expect(load.failures).toEqual([])
    expect(written.filter((status) => status !== 200)).toEqual([])
    await eventually(async () => {
      for (const node of stack.nodes) expect(await hubOf(node)).toBe(idOf(second))
      expect(await hubRow(leaf)).toMatchObject({ state: 'connected', parent: idOf(second), nodes: 1 })
    })
    expect(stack.hub.log()).toContain('draining: nodes and hubs are still served')
    for (const app of followers)
      expect(app.log()).toContain('as soon as there is another: the hub is stopping')
    expect(losses()).toEqual(before)
  })

  it('a hub that dies is replaced by the next one at once, for nodes and hubs', async () => {
    await stack.hub.start()
    await eventually(async () => expect(await hubRow(stack.hub)).toMatchObject({ state: 'connected' }))
    await second.kill()
    expect(await writeSynced('failover')).toBe(200)
    await eventually(() => servesEverywhere('/failover'))
    await eventually(async () => {
      for (const node of stack.nodes) expect(await hubOf(node)).toBe(idOf(stack.hub))
      expect(await hubRow(leaf)).toMatchObject({ parent: idOf(stack.hub) })
    })
    for (const app of [...stack.nodes, leaf]) expect(failover(app)).toBe('no pause')
  })

  it('a hub whose parents are all gone serves its copy to known and new nodes, also after its own restart', async () => {
    await Promise.all([stack.adminApi.kill(), stack.hub.kill()])
    await leaf.kill()
    await leaf.start()
    const fresh = await stack.addNode('fresh', { cluster_control_plane: nodesAt.leaf })
    await serves(fresh, '/failover')
    await Promise.all([stack.adminApi.start(), stack.hub.start()])
    await eventually(async () => expect(await hubRow(leaf)).toMatchObject({ state: 'connected', nodes: 2 }))
    expect(await writeSynced('after')).toBe(200)
    await serves(fresh, '/after')
    await eventually(() => servesEverywhere('/after'))
  })
})

/** The machine may have much else to do. */
function eventually<T>(check: () => Promise<T>): Promise<T> {
  return eventuallyWithin(check, 60_000)
}

interface Line {
  readonly time: string
  readonly msg: string
}

/** Whether a follower waited between the loss of its source and its next try. */
function failover(app: App): string {
  const lines: Line[] = app
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
  const lost = lines.findLastIndex(({ msg }) => msg.startsWith('lost the source'))
  const next = lines.slice(lost + 1).find(({ msg }) => msg.includes('the source at'))
  return next?.msg.startsWith('following the source') ? 'no pause' : `then: ${next?.msg}`
}
