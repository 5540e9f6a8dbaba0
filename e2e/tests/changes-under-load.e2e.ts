import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inSync, route, serves } from '../cluster-view.ts'
import { startLoad } from '../load.ts'
import { type Stack, startStack } from '../stack.ts'

describe('configuration changes under load', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    await route(stack, 'steady')
    await stack.admin.post('/routes/steady/plugins', { name: 'key-auth' })
    await stack.admin.put('/consumers/alice', {})
    await stack.admin.post('/consumers/alice/key-auth', { key: 'secret' })
    await inSync(stack, 2)
    for (const node of stack.nodes) await serves(node, '/steady', 401)
  })
  afterAll(() => stack?.close())

  it('500 changes fail no request, and no request sees two revisions (e2e-24)', async () => {
    const urls = stack.nodes.map(({ proxy }) => `${proxy}/steady`)
    const load = startLoad(urls, 8, { apikey: 'secret' })
    for (let change = 0; change < 500; change += 1) await CHANGES[change % CHANGES.length]?.(stack, change)
    await load.stop()
    await inSync(stack, 2)
    expect(load.requests).toBeGreaterThan(500)
    expect(load.failures).toEqual([])
    expect(load.revisions.size).toBeGreaterThan(50)
    expect(load.mixed).toEqual([])
  })
})

/** Every sort of change that reaches the request path: routes, services, plugins, consumers, credentials. */
const CHANGES: readonly ((stack: Stack, change: number) => Promise<unknown>)[] = [
  ({ admin }, change) =>
    admin.put(`/routes/other-${change}`, { paths: [`/other-${change}`], service: { name: 'steady' } }),
  ({ admin }, change) => admin.patch('/services/steady', { read_timeout: 10_000 + change }),
  ({ admin }, change) => admin.put(`/consumers/user-${change}`, {}),
  ({ admin }, change) => admin.post('/consumers/alice/key-auth', { key: `spare-${change}` }),
  ({ admin }, change) => admin.patch('/routes/steady', { tags: [`t${change}`] }),
  ({ admin }, change) => admin.patch('/consumers/alice', { custom_id: `alice-${change}` }),
  ({ admin }, change) => admin.remove(`/routes/other-${change - 6}`),
]
