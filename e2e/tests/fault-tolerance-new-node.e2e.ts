import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biplane } from '../biplane.ts'
import { send } from '../client.ts'
import { dataPlanes, inSync, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type Hub, type Node, type Stack, startStack } from '../stack.ts'
import { startWriters } from '../writers.ts'

describe('while the control plane is down', () => {
  let stack: Stack
  let file: string
  /** By the path that each one alone was given, if any. */
  const nodes: Node[] = []
  beforeAll(async () => {
    stack = await startStack({ settings: { nginx_worker_processes: '1' } })
    file = join(stack.home, 'kong.json')
    writeFileSync(file, document('/file'))
    await route(stack, 'kept')
    await inSync(stack, 2)
    await copyWhileWritten()
    await biplane(['cache', 'export', cacheOf('second-hub'), '--from', stack.hub.prefix])
    await stack.nodes[1].stop()
    await stack.database.stop()
    await Promise.all([stack.adminApi.kill(), stack.hub.kill()])
  })
  afterAll(() => stack?.close())

  const cacheOf = (name: string) => join(stack.home, name, 'dbless.lmdb')
  const copyCache = (from: string, to: string) => cpSync(cacheOf(from), cacheOf(to), { recursive: true })
  const document = (path: string) =>
    JSON.stringify({ _format_version: '3.0', services: [{ url: stack.echo, routes: [{ paths: [path] }] }] })
  const isReady = async ({ status }: Node) => (await send(`${status}/status/ready`)).status === 200

  /** A copy of a node's cache as nobody should make it, and what is left of it where the copying was cut short. */
  async function copyWhileWritten(): Promise<void> {
    const writers = startWriters(stack, 'kept', 4, 'while-copied')
    await serves(stack.nodes[0], '/while-copied-0-3')
    copyCache('dataplane-1', 'raw')
    await writers.stop()
    copyCache('raw', 'torn')
    const [data] = readdirSync(cacheOf('torn'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('data.mdb'),
    )
    truncateSync(join(cacheOf('torn'), String(data)), 50_000)
  }

  async function start(name: string, settings: Record<string, string> = {}): Promise<Node> {
    const node = await stack.addNode(name, settings)
    nodes.push(node)
    return node
  }

  it('a new node serves from the copied cache of one that was stopped (e2e-03)', async () => {
    copyCache('dataplane-2', 'copied')
    const node = await start('copied')
    expect([await statusOf(node, '/kept'), await isReady(node)]).toEqual([200, true])
  })

  it('a copy of a running one that is torn is moved aside, and never keeps a node from starting', async () => {
    const raw = await start('raw')
    const isWhole = (await statusOf(raw, '/kept')) === 200
    expect({ isWhole, aside: /moved aside/.test(raw.log()) }).toEqual({ isWhole, aside: !isWhole })
    const torn = await start('torn', { declarative_config: file })
    await serves(torn, '/file')
    expect(await statusOf(torn, '/kept')).toBe(404)
    expect(torn.log()).toContain('moved aside')
    expect(readdirSync(torn.prefix).some((name) => name.startsWith('dbless.lmdb.damaged-'))).toBe(true)
  })

  it.each([
    ['a file', () => ({ declarative_config: file })],
    ['a string', () => ({ declarative_config_string: document('/file') })],
  ])('a new node serves the config of %s (e2e-06)', async (what, settings) => {
    const node = await start(`given-${what.replace(' ', '-')}`, settings())
    await serves(node, '/file')
    // One worker that serves is not all of them.
    await eventually(async () => expect(await isReady(node)).toBe(true))
  })

  it('the cache wins over a file that the node is started with, unless a setting chooses otherwise (e2e-07)', async () => {
    const settings = { declarative_config: file }
    const both = await stack.addNode('dataplane-2', settings)
    expect([await statusOf(both, '/kept'), await statusOf(both, '/file')]).toEqual([200, 404])
    await both.stop()
    const chosen = await stack.addNode('dataplane-2', { ...settings, declarative_config_over_cache: 'on' })
    await serves(chosen, '/file')
    expect(await statusOf(chosen, '/kept')).toBe(404)
    await chosen.stop()
  })

  it('a node is changed by a file once its cache is deleted', async () => {
    rmSync(cacheOf('dataplane-2'), { recursive: true })
    const node = await start('dataplane-2', { declarative_config: file })
    await serves(node, '/file')
    expect(await statusOf(node, '/kept')).toBe(404)
    writeFileSync(file, document('/changed'))
    await node.stop()
    await node.start()
    await serves(node, '/changed')
    expect(await statusOf(node, '/file')).toBe(404)
  })

  it('a new hub serves new nodes from the exported copy of another one', async () => {
    const hub: Hub = await stack.addHub('second-hub')
    const node = await stack.addNode('fed', { cluster_control_plane: hub.address })
    await serves(node, '/kept')
    await Promise.all([hub, node].map((app) => app.stop()))
  })

  it('what comes back replaces all of it, and is what they start with afterwards', async () => {
    await stack.database.start()
    await Promise.all([stack.adminApi.start(), stack.hub.start()])
    // The first two, one of which was started anew from here, and those that were not there before.
    await inSync(stack, nodes.length + 1)
    const ids = nodes.map(({ prefix }) => readFileSync(join(prefix, 'kong.id'), 'utf8').trim())
    expect(new Set(ids).size).toBe(nodes.length)
    expect((await dataPlanes(stack)).map(({ id }) => id)).toEqual(expect.arrayContaining(ids))
    for (const node of nodes) {
      expect(await statusOf(node, '/kept')).toBe(200)
      expect([await statusOf(node, '/file'), await statusOf(node, '/changed')]).toEqual([404, 404])
      expect(existsSync(join(node.prefix, 'dbless.lmdb', 'store.json'))).toBe(true)
    }
    const given = nodes.find(({ name }) => name === 'given-a-file')
    await Promise.all([stack.hub.stop(), given?.stop()])
    await given?.start()
    expect(given && [await statusOf(given, '/kept'), await statusOf(given, '/changed')]).toEqual([200, 404])
  })
})
