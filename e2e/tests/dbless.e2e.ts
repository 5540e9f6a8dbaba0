import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../client.ts'
import { inSync, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { startLoad } from '../load.ts'
import { type Stack, startStack } from '../stack.ts'

const NOT_WITHOUT_DATABASE = "cannot create 'services' entities when not using a database"

describe('a cluster without a database', () => {
  let stack: Stack
  let folder: string
  /** A document in which each path is a route to the echo upstream, which is found by then. */
  const document = (...paths: string[]) => ({
    _format_version: '3.0',
    services: [
      {
        name: 'echo',
        url: stack.echo,
        routes: paths.map((path) => ({ name: path.slice(1), paths: [path] })),
      },
    ],
  })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'biplane-dbless-'))
    const file = join(folder, 'kong.yaml')
    writeFileSync(file, '_format_version: "3.0"\nconsumers:\n- username: me\n')
    stack = await startStack({ adminSettings: { database: 'off', declarative_config: file } })
    await stack.database.stop()
  })
  afterAll(async () => {
    await stack?.database.start()
    await stack?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('has the config that it was started with, on every node', async () => {
    const hash = await inSync(stack, 2)
    expect(await stack.admin.get('/status')).toMatchObject({ configuration_hash: hash })
    expect(await stack.admin.get('/consumers/me')).toMatchObject({ username: 'me' })
    expect(await stack.admin.get('/')).toMatchObject({ configuration: { database: 'off' } })
  })

  it('takes another document as a whole, and no write of an entity', async () => {
    await stack.admin.post('/config', document('/kept', '/old'))
    await inSync(stack, 2)
    for (const node of stack.nodes) expect(await statusOf(node, '/old')).toBe(200)
    const load = startLoad(
      stack.nodes.map(({ proxy }) => `${proxy}/kept`),
      2,
    )
    await stack.admin.post('/config?wait_for_sync=60', document('/kept', '/new'))
    for (const node of stack.nodes) {
      expect(await statusOf(node, '/new')).toBe(200)
      expect(await statusOf(node, '/old')).toBe(404)
    }
    await load.stop()
    expect(load.failures).toEqual([])
    const body = JSON.stringify({ name: 'other', host: 'a.test' })
    const headers = { 'content-type': 'application/json' }
    const refused = await send(`${stack.adminUrl}/services`, { method: 'POST', headers, body })
    expect([refused.status, refused.json()]).toMatchObject([405, { message: NOT_WITHOUT_DATABASE }])
  })

  it('goes on while its control plane is away, and has what that one is started with again', async () => {
    await stack.adminApi.kill()
    for (const node of stack.nodes) expect(await statusOf(node, '/new')).toBe(200)
    await stack.adminApi.start()
    for (const node of stack.nodes) await serves(node, '/new', 404, 30_000)
    await inSync(stack, 2)
    await stack.admin.post('/config', document('/again'))
    for (const node of stack.nodes) await serves(node, '/again')
  })

  it('takes in a node that served a file of its own meanwhile', async () => {
    await stack.hub.stop()
    const file = join(folder, 'node.yaml')
    writeFileSync(file, JSON.stringify(document('/alone')))
    const node = await stack.addNode('alone', { declarative_config: file })
    await serves(node, '/alone')
    // One worker that serves is not all of them.
    await eventually(async () => expect((await send(`${node.status}/status/ready`)).status).toBe(200))
    await stack.hub.start()
    await inSync(stack, 3)
    expect([await statusOf(node, '/again'), await statusOf(node, '/alone')]).toEqual([200, 404])
    await node.stop()
    await node.start()
    expect([await statusOf(node, '/again'), await statusOf(node, '/alone')]).toEqual([200, 404])
  })
})
