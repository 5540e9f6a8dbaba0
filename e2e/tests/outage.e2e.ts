import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesSent, inSync, route, serves, statusOf } from '../cluster-view.ts'
import { type Stack, startStack } from '../stack.ts'

describe('while the control plane is away', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    await route(stack, 'before')
    await inSync(stack, 2)
    await Promise.all(stack.nodes.map((node) => serves(node, '/before')))
  })
  afterAll(() => stack?.close())

  it('both nodes proxy with admin-api, database and hub stopped', async () => {
    await stack.hub.stop()
    await stack.adminApi.stop()
    await stack.database.stop()
    for (const node of stack.nodes) expect(await statusOf(node, '/before')).toBe(200)
  })

  it('a killed node serves from its cache in under 2 s', async () => {
    const [node] = stack.nodes
    await node.kill()
    const began = performance.now()
    const started = node.start()
    await serves(node, '/before')
    expect(performance.now() - began).toBeLessThan(2000)
    await started
  })

  it('a hub alone brings back its nodes and feeds a new one from its copy', async () => {
    await stack.hub.start()
    const newcomer = await stack.addNode('newcomer')
    await serves(newcomer, '/before')
    await newcomer.stop()
  })

  it('everything reconnects by itself, nothing is sent to nodes that have it all, and a new write arrives', async () => {
    await stack.hub.stop()
    await stack.hub.start()
    await stack.database.start()
    await stack.adminApi.start()
    await inSync(stack, 2, 30_000)
    expect(await bytesSent(stack)).toBe(0)
    await route(stack, 'after')
    await Promise.all(stack.nodes.map((node) => serves(node, '/after')))
    expect(await bytesSent(stack)).toBeGreaterThan(0)
  })
})
