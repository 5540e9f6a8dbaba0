import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesSent, inSync, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type Link, startLink } from '../link.ts'
import { type Hub, type Stack, startStack } from '../stack.ts'

describe('nodes behind a TCP balancer before two hubs', () => {
  let balancer: Link
  let stack: Stack
  let second: Hub
  beforeAll(async () => {
    balancer = await startLink()
    stack = await startStack({
      hubSettings: { cluster_drain_timeout: '60' },
      nodeSettings: { cluster_control_plane: balancer.address },
    })
    balancer.leadTo(stack.hub.address)
    await route(stack, 'before')
    await inSync(stack, 2)
  })
  afterAll(async () => {
    await stack?.close()
    await balancer?.close()
  })

  it('are sent nothing after a cut in which nothing changed (e2e-10)', async () => {
    const sent = await bytesSent(stack)
    balancer.cut()
    await eventually(() => expect(stack.nodes[0].log()).toMatch(/cannot follow the source/), 30_000)
    for (const node of stack.nodes) expect(await statusOf(node, '/before')).toBe(200)
    balancer.mend()
    await inSync(stack, 2)
    expect(await bytesSent(stack)).toBe(sent)
  })

  it('go on through the same address when a hub dies, and when the other one does', async () => {
    second = await stack.addHub('hub-2')
    await stack.hub.kill()
    balancer.leadTo(second.address)
    await route(stack, 'by-the-second')
    for (const node of stack.nodes) await serves(node, '/by-the-second')
    await stack.hub.start()
    await second.kill()
    balancer.leadTo(stack.hub.address)
    await route(stack, 'by-the-first')
    for (const node of stack.nodes) await serves(node, '/by-the-first')
    await inSync(stack, 2)
  })

  it('leave a hub that is told to stop once the address leads to the other one, without a gap', async () => {
    await second.start()
    const lost = () => stack.nodes.map((node) => node.log().split('lost the source').length)
    const before = lost()
    const stopped = stack.hub.stop()
    await eventually(() => {
      for (const node of stack.nodes) expect(node.log()).toContain('as soon as there is another')
    }, 60_000)
    await route(stack, 'while-it-drains')
    for (const node of stack.nodes) await serves(node, '/while-it-drains')
    balancer.leadTo(second.address)
    expect(await stopped).toMatchObject({ code: 0 })
    expect(lost()).toEqual(before)
    await inSync(stack, 2)
  })
})
