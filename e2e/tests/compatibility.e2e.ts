import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataPlanes, inSync, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type Node, type Stack, startStack } from '../stack.ts'

describe('nodes that the control plane cannot serve', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    await route(stack, 'echo')
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  it.each(['3.5.0', '2.8.0'])('a node that reports %s is withheld with the reason', async (version) => {
    const node = await stack.addNode(`reports-${version}`, { reported_version: version })
    await listed(node, { version, sync_status: 'kong_version_incompatible', state: 'withheld' })
    expect(await statusOf(node, '/echo')).toBe(404)
    expect(stack.hub.log()).toMatch(
      new RegExp(
        `unable to send updated configuration to DP node with hostname: \\S+ ip: 127.0.0.1 reason: version mismatches, CP version: 3.4.0 DP version: ${version}`,
      ),
    )
    await node.stop()
  })

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['removed', (path) => stack.admin.remove(path)],
    ['disabled', (path) => stack.admin.patch(path, { enabled: false })],
  ])('a node without a configured plugin waits for it to be %s, without a reconnect', async (how, end) => {
    const node = await stack.addNode(`until-${how}`, { plugins: 'request-termination' })
    await serves(node, '/echo')
    const plugin = await stack.admin.post<{ id: string }>('/routes/echo/plugins', { name: 'key-auth' })
    await listed(node, { sync_status: 'plugin_set_incompatible', state: 'withheld' })
    expect(stack.hub.log()).toMatch(
      /unable to send updated configuration to DP node with hostname: \S+ ip: 127.0.0.1 reason: CP and DP does not have same set of plugins installed or their versions might differ/,
    )
    await route(stack, how)
    await Promise.all(stack.nodes.map((each) => serves(each, `/${how}`)))
    expect(await statusOf(node, `/${how}`)).toBe(404)
    const logged = node.log().length
    await end(`/plugins/${plugin.id}`)
    await serves(node, `/${how}`)
    await listed(node, { sync_status: 'normal', state: 'in_sync' })
    expect(node.log().slice(logged)).not.toMatch(/reconnect|lost/i)
    await node.stop()
  })

  it('a plugin that no node can run is kept from all of them, which serve on as they were', async () => {
    const config = { access: ['return'] }
    const plugin = await stack.admin.post<{ id: string }>('/plugins', { name: 'pre-function', config })
    const [node] = stack.nodes
    await listed(node, { sync_status: 'plugin_set_incompatible', state: 'withheld' })
    await route(stack, 'withheld')
    expect(await statusOf(node, '/echo')).toBe(200)
    expect(await statusOf(node, '/withheld')).toBe(404)
    await stack.admin.remove(`/plugins/${plugin.id}`)
    await serves(node, '/withheld')
    await listed(node, { sync_status: 'normal', state: 'in_sync' })
  })

  async function listed(node: Node, expected: object): Promise<void> {
    const id = await eventually(() => readFileSync(join(node.prefix, 'kong.id'), 'utf8').trim())
    await eventually(async () =>
      expect((await dataPlanes(stack)).find((row) => row.id === id)).toMatchObject(expected),
    )
  }
})
