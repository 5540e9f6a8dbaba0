import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@biplane/tools/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Row, send } from '../client.ts'
import { inSync, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type Link, startLink } from '../link.ts'
import { type Node, type Stack, startStack } from '../stack.ts'

const NOTHING = '0'.repeat(32)

describe('a node tells of itself', () => {
  let stack: Stack
  let link: Link
  let first: Node
  let second: Node
  const plugin = aDividedPlugin()
  beforeAll(async () => {
    link = await startLink()
    stack = await startStack({ settings: { plugins: `bundled, ${plugin}` } })
    ;[first, second] = stack.nodes
    await route(stack, 'echo')
    await serves(first, '/echo')
    await inSync(stack, 2)
  })
  afterAll(async () => {
    await stack?.close()
    await link?.close()
    rmSync(plugin, { recursive: true })
  })

  const readiness = async (node: Node): Promise<[number, string]> => {
    const answer = await send(`${node.status}/status/ready`)
    return [answer.status, String(answer.json().message)]
  }
  const told = async (node: Node): Promise<Row> => (await send(`${node.status}/status`)).json()
  const errorsOf = (node: Node) =>
    node
      .log()
      .split('\n')
      .filter((line) => /"level":"?(50|60|error|fatal)/.test(line))

  it('that it has nothing yet, and then what it got; and no Admin API, whatever admin_listen says (e2e-05)', async () => {
    const port = await freePort()
    const node = await stack.addNode('newcomer', {
      cluster_control_plane: link.address,
      admin_listen: `127.0.0.1:${port}`,
    })
    await expect(send(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
    expect(node.log().match(/a data plane has no Admin API/g)).toHaveLength(1)
    expect(await statusOf(node, '/echo')).toBe(404)
    expect(await readiness(node)).toEqual([503, 'no configuration available (empty configuration present)'])
    expect(await told(node)).toMatchObject({
      configuration_hash: NOTHING,
      control_plane: { state: 'offline', hub: null },
    })
    link.leadTo(stack.hub.address)
    await eventually(async () => expect(await readiness(node)).toEqual([200, 'ready']), 30_000)
    // What a hub has encoded of late is sent first, and what came since behind it: ready is served, not newest.
    const { configuration_hash: newest } = await told(first)
    await eventually(async () => expect(await told(node)).toMatchObject({ configuration_hash: newest }))
    expect(await statusOf(node, '/echo')).toBe(200)
    await node.stop()
  })

  it('what it has, from which hub, and when it came', async () => {
    const hash = await inSync(stack, 2)
    const now = Date.now() / 1000
    const status = await told(first)
    expect(status).not.toHaveProperty('database')
    expect(status).toMatchObject({
      ...{ memory: {}, server: { total_requests: expect.any(Number) }, configuration_hash: hash },
      node: { version: '3.4.0', draining: false, plugins: { 'key-auth': '3.4.0', divided: '1.0.0' } },
      position: { epoch: expect.any(String), revision: expect.any(Number), hash },
      control_plane: { state: 'connected', hub: { address: stack.hub.address }, offline_since: null },
      ...{ apply_took_ms: expect.any(Number), rejected: null, withheld: null },
    })
    const { applied_at, control_plane } = status as { applied_at: number; control_plane: Row }
    expect(applied_at).toBeGreaterThan(now - 600)
    expect(Number(control_plane.connected_since)).toBeLessThanOrEqual(applied_at)
    expect((await send(`${first.status}/metrics`)).text).toContain('kong_control_plane_connected 1')
  })

  it.each(['/', '/services', '/clustering/data-planes'])('nothing at %s', async (path) => {
    const answer = await send(`${first.status}${path}`)
    expect([answer.status, answer.json()]).toEqual([404, { message: 'Not found' }])
  })

  it('that it is ready while its hub stops in order, and when it is back (e2e-28)', async () => {
    const before = await told(first)
    await stack.hub.stop()
    const troubles = [{ address: stack.hub.address, reason: expect.stringContaining('ECONNREFUSED') }]
    await eventually(
      async () => expect(await told(first)).toMatchObject({ control_plane: { hub: null, troubles } }),
      30_000,
    )
    expect(await readiness(first)).toEqual([200, 'ready'])
    await stack.hub.start()
    await eventually(
      async () => expect(await told(first)).toMatchObject({ control_plane: { state: 'connected' } }),
      30_000,
    )
    expect(await readiness(first)).toEqual([200, 'ready'])
    const { configuration_hash, applied_at } = await told(first)
    expect({ configuration_hash, applied_at }).toEqual({
      configuration_hash: before.configuration_hash,
      applied_at: before.applied_at,
    })
    expect(errorsOf(first)).toEqual([])
  })

  it('that it drains, and lets its clients go, until that is taken back (e2e-40)', async () => {
    const ask = (status: string): Promise<Answer> =>
      send(`${first.status}/status/ready`, { method: 'POST', body: new URLSearchParams({ status }) })
    const drained = await ask('draining')
    expect([drained.status, drained.text]).toEqual([204, ''])
    expect(await readiness(first)).toEqual([503, 'draining'])
    const answer = await send(`${first.proxy}/echo`)
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])
    expect((await ask('ready')).status).toBe(204)
    expect(await readiness(first)).toEqual([200, 'ready'])
  })

  it('what one of its workers cannot build, of which nothing is kept (e2e-41)', async () => {
    const before = await told(first)
    const { id } = await stack.admin.post('/routes/echo/plugins', {
      name: 'divided',
      config: { refused_by: 1 },
    })
    const failed = await eventually(async () => {
      const status = await told(first)
      expect(status.rejected).toMatchObject({
        retryable: false,
        errors: [{ kind: 'plugins', id, message: expect.stringContaining('not here') }],
      })
      return status
    }, 30_000)
    expect(failed.position).toEqual(before.position)
    // Neither the worker that could have built it serves it, nor the node after a restart.
    for (let asked = 0; asked < 20; asked += 1) expect(await statusOf(first, '/echo')).toBe(200)
    await first.stop()
    await first.start()
    expect((await told(first)).position).toEqual(before.position)
    await stack.admin.remove(`/plugins/${id}`)
    await inSync(stack, 2)
    expect(await told(first)).toMatchObject({ rejected: null })
  })

  it('why it is given nothing', async () => {
    await stack.admin.post('/routes/echo/plugins', { name: 'key-auth' })
    await serves(second, '/echo', 401)
    const node = await stack.addNode('without', { plugins: 'request-termination' })
    await eventually(async () => {
      expect(await told(node)).toMatchObject({
        configuration_hash: NOTHING,
        control_plane: { state: 'connected' },
        withheld: { kind: 'plugin_set_incompatible', subject: 'key-auth', at: expect.any(Number) },
      })
    }, 30_000)
  })
})

/** A plugin that the worker with the number `refused_by` cannot build, while another can; it ends requests with 418. */
function aDividedPlugin(): string {
  const folder = mkdtempSync(join(tmpdir(), 'biplane-plugin-'))
  const config = { type: 'record', fields: [{ refused_by: { type: 'integer' } }] }
  const schema = { name: 'divided', version: '1.0.0', priority: 7, fields: [{ config }] }
  writeFileSync(join(folder, 'schema.json'), JSON.stringify(schema))
  writeFileSync(
    join(folder, 'handler.mjs'),
    `import { workerData } from 'node:worker_threads'
    export function create({ refused_by }) {
      if (workerData?.slot === refused_by) throw new Error('not here')
      return { access: () => ({ status: 418 }) }
    }`,
  )
  return folder
}
