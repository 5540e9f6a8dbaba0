import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biplane } from '../biplane.ts'
import { send } from '../client.ts'
import { inSync, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { startLoad } from '../load.ts'
import { type App, type Node, type Stack, startStack } from '../stack.ts'

const ROUTES = 30

describe('a copy of the config', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    for (let index = 0; index < ROUTES; index += 1) await route(stack, `route-${index}`)
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  /** Exports to where a node that does not exist yet will look for its config. */
  async function exportFor(name: string, from: App): Promise<{ revision: number }> {
    const copy = join(stack.home, name, 'dbless.lmdb')
    const { code, stdout, stderr } = await biplane(['cache', 'export', copy, '--from', from.prefix, '--json'])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    return JSON.parse(stdout)
  }

  /** The node must have started with what was there: nobody could give it anything. */
  async function servesItsCopy(node: Node): Promise<void> {
    expect(await statusOf(node, `/route-${ROUTES - 1}`)).toBe(200)
    expect((await send(`${node.status}/status/ready`)).status).toBe(200)
    expect(node.log()).not.toMatch(/moved aside|damaged/)
  }

  it('made while the node is under load and changes arrive harms neither', async () => {
    const [node] = stack.nodes
    const load = startLoad([`${node.proxy}/route-0`], 4)
    let wanted = true
    const changing = (async () => {
      for (let index = 0; wanted; index += 1) await route(stack, `change-${index % 10}`)
    })()
    for (let round = 0; round < 3; round += 1) {
      const { revision } = await exportFor(`copy-${round}`, node)
      expect(revision).toBeGreaterThan(ROUTES)
    }
    wanted = false
    await changing
    await load.stop()
    expect(load.failures).toEqual([])
    expect(load.requests).toBeGreaterThan(0)
    await inSync(stack, 2)
  })

  it('lets a new node serve at once while the control plane is down', async () => {
    const [node] = stack.nodes
    await exportFor('dataplane-3', node)
    await exportFor('dataplane-4', stack.hub)
    await stack.database.stop()
    await Promise.all([stack.adminApi.kill(), stack.hub.kill()])
    await servesItsCopy(await stack.addNode('dataplane-3'))
    // The copy of a hub is of the whole config, which a node of its own version takes as it is.
    await servesItsCopy(await stack.addNode('dataplane-4'))
    const ids = ['dataplane-1', 'dataplane-3', 'dataplane-4'].map((name) =>
      readFileSync(join(stack.home, name, 'kong.id'), 'utf8'),
    )
    expect(new Set(ids).size).toBe(3)
  })

  it('is no obstacle when the control plane is back', async () => {
    await stack.database.start()
    await Promise.all([stack.adminApi.start(), stack.hub.start()])
    await inSync(stack, 4)
    await route(stack, 'afterwards')
    await inSync(stack, 4)
    await eventually(() => expect(existsSync(join(stack.home, 'dataplane-3', 'dbless.lmdb'))).toBe(true))
    for (const node of stack.nodes) await serves(node, '/afterwards')
  })
})
