import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biplane } from '../biplane.ts'
import { send } from '../client.ts'
import { bytesSent, inSync, route, serves, servesAll, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { replaceFolder } from '../folders.ts'
import { readJournal } from '../journal-view.ts'
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
    for (const node of stack.nodes) {
      expect(await statusOf(node, '/before')).toBe(200)
      expect((await send(`${node.status}/status/ready`)).status).toBe(200)
    }
  })

  it('a killed node serves from its cache, with nobody to wait for', async () => {
    const [node] = stack.nodes
    await node.kill()
    const started = node.start()
    await serves(node, '/before')
    await started
  })

  it('a hub alone brings back its nodes and feeds a new one from its copy', async () => {
    await stack.hub.start()
    const newcomer = await stack.addNode('newcomer')
    await serves(newcomer, '/before')
    await newcomer.stop()
  })

  it('everything reconnects by itself, nothing is sent to nodes that have it all, and a new write arrives (e2e-01)', async () => {
    await stack.hub.stop()
    await stack.hub.start()
    await stack.database.start()
    await stack.adminApi.start()
    await inSync(stack, 2)
    expect(await bytesSent(stack)).toBe(0)
    await route(stack, 'after')
    await Promise.all(stack.nodes.map((node) => serves(node, '/after')))
    expect(await bytesSent(stack)).toBeGreaterThan(0)
  })

  it('without its database the Admin API says so, hubs serve known and new nodes, and all recovers (e2e-29)', async () => {
    await stack.database.stop('kill')
    const write = await send(`${stack.adminUrl}/services`, {
      method: 'POST',
      body: new URLSearchParams({ host: 'a' }),
    })
    expect([write.status, write.json()]).toMatchObject([
      503,
      { message: expect.stringContaining('database') },
    ])
    expect((await send(`${stack.adminUrl}/status/ready`)).status).toBe(503)
    const newcomer = await stack.addNode('newcomer')
    for (const node of [...stack.nodes, newcomer]) await serves(node, '/after')
    await newcomer.stop()
    await stack.database.start()
    await eventually(() => route(stack, 'again'), 30_000)
    for (const node of stack.nodes) await serves(node, '/again')
  })

  it.each([
    ['', []],
    [' in a new epoch', ['migrations', 'new-epoch', '--yes']],
  ])(
    'a database that is put back%s is what all go back to, though nodes were ahead of it',
    async (_, command) => {
      const [data, backup] = [realpathSync(stack.database.directory), join(stack.home, 'backup')]
      await stack.database.stop()
      replaceFolder(data, backup)
      await stack.database.start()
      await eventually(() => route(stack, 'lost'), 30_000)
      for (const node of stack.nodes) await serves(node, '/lost')
      await stack.database.stop()
      replaceFolder(backup, data)
      await stack.database.start()
      // As many revisions as were lost: the numbers are the same then, and only the hash tells.
      await eventually(() => route(stack, 'instead'), 30_000)
      if (command.length > 0) {
        const conf = join(stack.home, 'admin-api.conf')
        expect(await biplane([...command, '--conf', conf])).toMatchObject({ code: 0 })
      }
      await inSync(stack, 2)
      const { head } = await readJournal(stack)
      for (const node of stack.nodes) {
        await servesAll(node, head.hash)
        expect([await statusOf(node, '/instead'), await statusOf(node, '/lost')]).toEqual([200, 404])
      }
      await stack.admin.remove('/routes/instead')
      await stack.admin.remove('/services/instead')
    },
  )
})
