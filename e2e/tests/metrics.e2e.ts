import { documentedMetrics, exposedMetrics } from '@biplane/tools/metrics-page'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../client.ts'
import { inSync, route, serves } from '../cluster-view.ts'
import { type Stack, startStack } from '../stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
  await inSync(stack, 2)
  await route(stack, 'metrics')
  for (const node of stack.nodes) await serves(node, '/metrics')
})
afterAll(() => stack?.close())

describe('what a process shows at /metrics', () => {
  it.each([
    ['admin-api', () => stack.adminUrl],
    ['sync-hub', () => stack.hubStatus],
    ['dataplane', () => stack.nodes[0].status],
  ] as const)('of %s is what docs/metrics.md tells', async (app, address) => {
    const { text } = await send(`${address()}/metrics`)
    const exposed = exposedMetrics(text)
    const documented = documentedMetrics(app)
    expect([...exposed.keys()].sort()).toEqual([...documented.keys()].sort())
    for (const { name, type, labels, series } of exposed.values())
      expect({ name, type, labels }).toEqual({
        name,
        type: documented.get(name)?.type,
        // Without series, no labels can be seen.
        labels: series === 0 ? [] : documented.get(name)?.labels,
      })
  })

  it('has series of what happens in every cluster', async () => {
    const addresses = [stack.adminUrl, stack.hubStatus, stack.nodes[0].status]
    const texts = await Promise.all(addresses.map(async (address) => (await send(`${address}/metrics`)).text))
    const silent = texts.flatMap((text) =>
      [...exposedMetrics(text).values()].filter(({ series }) => series === 0),
    )
    const rare = [
      'biplane_keyring_left',
      'biplane_withheld_total',
      'biplane_updates_withheld_total',
      'nodejs_active_requests',
      'nodejs_gc_duration_seconds',
    ]
    expect(silent.map(({ name }) => name).filter((name) => !rare.includes(name))).toEqual([])
  })
})
