import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminClient, send } from '../client.ts'
import { bytesSent, inSync, reaches, route, serves, updatesApplied } from '../cluster-view.ts'
import { type WrittenPlugin, writePlugin } from '../custom-plugins.ts'
import { eventually } from '../eventually.ts'
import { readJournal } from '../journal-view.ts'
import { type Stack, startStack } from '../stack.ts'

describe('a change', () => {
  const folder = mkdtempSync(join(tmpdir(), 'biplane-e2e-plugins-'))
  let stack: Stack
  beforeAll(async () => {
    writePlugin(join(folder, 'made'), MADE)
    // What Kong waits between two pushes and two looks into the database, made far longer than a test may take.
    stack = await startStack({
      settings: { plugins: 'bundled,./made', plugins_path: folder, nginx_worker_processes: '1' },
      adminSettings: { db_update_frequency: '600', db_update_propagation: '600' },
    })
    await route(stack, 'kept')
    await inSync(stack, 2)
  })
  afterAll(async () => {
    await stack?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const onBoth = (path: string, status?: number) =>
    Promise.all(stack.nodes.map((node) => serves(node, path, status)))

  it('by one admin-api reaches the nodes that follow another one at once (e2e-22)', async () => {
    const other = await stack.addAdminApi('admin-api-2')
    await eventually(async () => expect((await send(`${other.url}/status/ready`)).status).toBe(200))
    const admin = adminClient(() => other.url)
    // None comes by what Kong waits for: that would be after ten minutes.
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await route({ admin, echo: stack.echo }, name)
      await onBoth(`/${name}`)
    }
    await other.stop()
  })

  it('of a service that is disabled takes its routes and their plugins from the nodes (e2e-26)', async () => {
    await route(stack, 'off')
    await stack.admin.post('/routes/off/plugins', { name: 'key-auth' })
    await onBoth('/off', 401)
    await stack.admin.patch('/services/off', { enabled: false })
    await onBoth('/off', 404)
    await stack.admin.patch('/services/off', { enabled: true })
    await onBoth('/off', 401)
    await inSync(stack, 2)
  })

  it.each(['rate-limiting', 'response-ratelimiting'])(
    'to %s that counts in the database is refused, since no node has one (e2e-35)',
    async (name) => {
      const limits = name === 'rate-limiting' ? { minute: 5 } : { limits: { video: { minute: 5 } } }
      const answer = await send(`${stack.adminUrl}/plugins`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, config: { ...limits, policy: 'cluster' } }),
      })
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('policy')])
    },
  )

  // Of upstreams a node builds nothing yet: what happens to their health comes with balancers.
  it('builds anew only what it touches: plugins stay as they are while others come and go (e2e-25)', async () => {
    const { admin } = stack
    await route(stack, 'other')
    const plugin = await admin.post<{ id: string }>('/routes/kept/plugins', { name: 'made' })
    const made = async () => {
      await inSync(stack, 2)
      return (await send(`${stack.nodes[0].proxy}/kept`)).headers.get('x-made')
    }
    const first = await made()
    expect(first).not.toBeNull()
    await admin.put('/consumers/alice', {})
    expect(await made()).toBe(first)
    await admin.post('/routes/other/plugins', { name: 'key-auth' })
    expect(await made()).toBe(first)
    await admin.patch('/routes/kept', { tags: ['changed'] })
    await admin.patch('/services/kept', { retries: 1 })
    expect(await made()).toBe(first)
    await admin.patch(`/plugins/${plugin.id}`, { config: { note: 'changed' } })
    expect(await made()).not.toBe(first)
    await admin.remove(`/plugins/${plugin.id}`)
  })

  it('that comes while a node is busy is merged with those after it: the node takes the newest (e2e-36)', async () => {
    const [node, other] = stack.nodes
    await inSync(stack, 2)
    const before = await updatesApplied(node)
    process.kill(node.pid(), 'SIGSTOP')
    try {
      for (let index = 0; index < 20; index += 1) await route(stack, `storm-${index}`)
      // The hub has read them all, then.
      await serves(other, '/storm-19')
    } finally {
      process.kill(node.pid(), 'SIGCONT')
    }
    await inSync(stack, 2)
    await serves(node, '/storm-19')
    // One may have been on its way to the node, or in its hands, when it froze.
    expect((await updatesApplied(node)) - before).toBeLessThanOrEqual(3)
  })

  it('for which there is no node is sent to nobody, and is there for whoever comes (e2e-23)', async () => {
    await Promise.all(stack.nodes.map((node) => node.stop()))
    const sent = await bytesSent(stack)
    for (let index = 0; index < 10; index += 1) await route(stack, `lonely-${index}`)
    // What the hub has not read by then would come to a node that has started as a second update.
    await reaches(stack.hub, (await readJournal(stack)).head.revision)
    expect(await bytesSent(stack)).toBe(sent)
    await Promise.all(stack.nodes.map((node) => node.start()))
    // In sync, and no update under way.
    await inSync(stack, 2)
    await onBoth('/lonely-9')
    for (const node of stack.nodes) expect(await updatesApplied(node)).toBe(1)
  })
})

/** Tells when it was made: by a number that each making draws anew. */
const MADE: WrittenPlugin = {
  name: 'made',
  version: '1.0.0',
  fields: { note: { type: 'string' } },
  handler: `  const made = String(Math.random())
  return {
    response(context) {
      context.response.headers.set('X-Made', made)
    },
  }`,
}
