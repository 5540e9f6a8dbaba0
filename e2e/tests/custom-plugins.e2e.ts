import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Row, send } from '../client.ts'
import { dataPlanes, route, serves, statusOf } from '../cluster-view.ts'
import { FAULTY, MARK, writePlugin } from '../custom-plugins.ts'
import { eventually } from '../eventually.ts'
import { type Node, type Stack, startStack } from '../stack.ts'

describe('custom plugins', () => {
  const folder = mkdtempSync(join(tmpdir(), 'biplane-e2e-plugins-'))
  /** Where an installation has its plugins: one that has them as they should be, and others. */
  const at = (name: string) => join(folder, name)
  const all = 'bundled,mark,./faulty'
  let stack: Stack

  beforeAll(async () => {
    const install = (where: string, mark: typeof MARK): void => {
      writePlugin(join(at(where), 'node_modules/mark'), mark)
      writePlugin(join(at(where), 'faulty'), FAULTY)
    }
    install('here', MARK)
    install('newer', { ...MARK, version: '1.3.0' })
    install('older', { ...MARK, version: '1.1.9' })
    const value = { type: 'string', required: true, default: 'marked', len_max: 8 }
    install('stricter', { ...MARK, fields: { ...MARK.fields, value } })
    install('broken', { ...MARK, handler: "import 'what-nobody-installed'" })
    stack = await startStack({ settings: { plugins: all, plugins_path: at('here') } })
    await route(stack, 'echo')
    await Promise.all(stack.nodes.map((node) => serves(node, '/echo')))
  })
  afterAll(async () => {
    await stack?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(async () => {
    const { data } = await stack.admin.get<{ data: { id: string }[] }>('/plugins')
    for (const { id } of data) await stack.admin.remove(`/plugins/${id}`)
  })

  it('are known to the Admin API, and run on every node, by package and by path', async () => {
    const { admin } = stack
    const { plugins } = await admin.get<{ plugins: { available_on_server: Row } }>('/')
    expect(plugins.available_on_server).toMatchObject({
      mark: { version: '1.2.0', priority: 900 },
      faulty: { version: '0.1.0', priority: 900 },
    })
    const { enabled_plugins } = await admin.get<{ enabled_plugins: string[] }>('/plugins/enabled')
    expect(enabled_plugins).toEqual(expect.arrayContaining(['acl', 'faulty', 'mark']))
    const { fields } = await admin.get<{ fields: Row[] }>('/schemas/plugins/mark')
    expect(fields).toEqual([{ config: expect.objectContaining({ type: 'record', required: true }) }])
    const valid = { name: 'mark', config: { header: 'X-Other' } }
    expect(await admin.post('/schemas/plugins/validate', valid)).toEqual({
      message: 'schema validation successful',
    })
    await expect(
      admin.post('/schemas/plugins/validate', { name: 'mark', config: { no: 1 } }),
    ).rejects.toThrow(/400 .*unknown field/)
    const { components } = await admin.get<{ components: { schemas: Row } }>('/openapi.json')
    expect(components.schemas).toHaveProperty('plugins-mark')

    await admin.post('/config', {
      _format_version: '3.0',
      services: [{ name: 'echo', url: stack.echo, routes: [{ name: 'echo', paths: ['/echo'] }] }],
      plugins: [{ name: 'mark', config: { value: 'from a file' } }],
    })
    for (const node of stack.nodes) await marked(node, 'from a file')
  })

  describe('that a node lacks', () => {
    let node: Node
    beforeAll(async () => {
      node = await stack.addNode('lacking', { plugins: 'bundled' })
      await serves(node, '/echo')
    })
    afterAll(async () => void (await node?.stop()))

    it.each<[string, (path: string) => Promise<unknown>]>([
      ['removed (e2e-13)', (path) => stack.admin.remove(path)],
      ['disabled (e2e-14)', (path) => stack.admin.patch(path, { enabled: false })],
    ])('keep its updates back from when they are configured until they are %s', async (how, end) => {
      const name = how.slice(0, 7)
      await listed(node, { sync_status: 'normal', state: 'in_sync' })
      const { id } = await stack.admin.post<{ id: string }>('/routes/echo/plugins', { name: 'mark' })
      await listed(node, { sync_status: 'plugin_set_incompatible', state: 'withheld' })
      await route(stack, name)
      await Promise.all(stack.nodes.map((each) => serves(each, `/${name}`)))
      expect(await statusOf(node, `/${name}`)).toBe(404)
      expect(await statusOf(node, '/echo')).toBe(200)
      expect(stack.hub.log()).toMatch(/CP and DP does not have same set of plugins installed/)
      await end(`/plugins/${id}`)
      await serves(node, `/${name}`)
      await listed(node, { sync_status: 'normal', state: 'in_sync' })
    })

    it('do not count on a disabled service (e2e-15)', async () => {
      await stack.admin.put('/services/idle', { url: stack.echo, enabled: false })
      await stack.admin.post('/services/idle/plugins', { name: 'mark' })
      await route(stack, 'counted')
      await serves(node, '/counted')
      await listed(node, { sync_status: 'normal', state: 'in_sync' })
    })
  })

  it('of another version are taken from an older minor, and withheld from a newer one', async () => {
    const [newer, older] = await Promise.all(
      ['newer', 'older'].map((name) => stack.addNode(name, { plugins_path: at(name) })),
    )
    if (newer === undefined || older === undefined) throw new Error('both were added')
    await Promise.all([newer, older].map((node) => serves(node, '/echo')))
    await stack.admin.post('/plugins', { name: 'mark' })
    await marked(older, 'marked')
    await listed(newer, { sync_status: 'plugin_version_incompatible', state: 'withheld' })
    expect((await send(`${newer.proxy}/echo`)).headers.get('x-mark')).toBeNull()
    await Promise.all([newer.stop(), older.stop()])
  })

  it('that are stricter on a node reject what they do not take, and say what; mended, it is applied (e2e-18)', async () => {
    const node = await stack.addNode('stricter', { plugins_path: at('stricter') })
    const { id } = await stack.admin.post<{ id: string }>('/plugins', { name: 'mark' })
    await marked(node, 'marked')
    const before = await listed(node, { state: 'in_sync' })
    await stack.admin.patch(`/plugins/${id}`, { config: { value: 'much too long' } })
    const errors = [
      { kind: 'plugins', id, field: 'config', message: expect.stringContaining('length must be at most 8') },
    ]
    await listed(node, { sync_status: 'normal', state: 'rejected', config_hash: before.config_hash, errors })
    for (const each of stack.nodes) await marked(each, 'much too long')
    await marked(node, 'marked')
    await stack.admin.patch(`/plugins/${id}`, { config: { value: 'short' } })
    await marked(node, 'short')
    await listed(node, { state: 'in_sync' })
    await node.stop()
  })

  it('that throw over a config have it rejected, by every node that they do so on', async () => {
    const [node] = stack.nodes
    const { id } = await stack.admin.post<{ id: string }>('/plugins', {
      name: 'mark',
      config: { value: 'explode' },
    })
    const message = "the plugin 'mark' can do nothing with it: it exploded"
    await listed(node, { state: 'rejected', errors: [{ kind: 'plugins', id, field: 'config', message }] })
    expect(await statusOf(node, '/echo')).toBe(200)
    await stack.admin.remove(`/plugins/${id}`)
    await listed(node, { state: 'in_sync' })
  })

  it('get secrets of the environment of each node, where the control plane keeps references only (e2e-34)', async () => {
    const secrets = { east: 'sunrise-7f3a', west: 'sunset-91bc' }
    const [east, west] = await Promise.all([
      stack.addNode('east', {}, { REGION_WORD: secrets.east }),
      stack.addNode('west', {}, { REGION_WORD: secrets.west }),
    ])
    const [bare] = stack.nodes
    const reference = '{vault://regional/word}'
    await stack.admin.put('/vaults/regional', { name: 'env', config: { prefix: 'region-' } })
    const { id, config } = await stack.admin.post<{ id: string; config: Row }>('/plugins', {
      name: 'mark',
      config: { value: reference },
    })
    expect(config).toMatchObject({ value: reference })
    await marked(east, secrets.east)
    await marked(west, secrets.west)
    // A node that cannot resolve it would run the plugin with less than it was given: it stays as it was, and says why.
    const message = `${reference} cannot be resolved: this node has no environment variable REGION_WORD, or an empty one`
    await listed(bare, {
      state: 'rejected',
      errors: [{ kind: 'plugins', id, field: 'config.value', message }],
    })
    expect((await send(`${bare.proxy}/echo`)).headers.get('x-mark')).toBeNull()
    await stack.admin.put('/vaults/regional', { name: 'env', config: { prefix: null } })
    await listed(east, { state: 'rejected' })
    await stack.admin.patch(`/plugins/${id}`, { config: { value: '{vault://env/region-word}' } })
    await Promise.all([east, west].map((node) => listed(node, { state: 'in_sync' })))
    await marked(east, secrets.east)

    await east.stop()
    await west.stop()
    for (const text of [
      east.log(),
      west.log(),
      stack.hub.log(),
      stack.adminApi.log(),
      ...files(east),
      ...files(west),
    ])
      for (const secret of Object.values(secrets)) expect(text.includes(secret)).toBe(false)
    expect(files(east).some((text) => text.includes('{vault://env/region-word}'))).toBe(true)
    await stack.admin.remove(`/plugins/${id}`)
    await stack.admin.remove('/vaults/regional')
    await listed(bare, { state: 'in_sync' })
  })

  it.each(['throws', 'rejects', 'answers nonsense', 'strays'])(
    'that have a bug (one %s) cost a request and a line of the log, and never a worker',
    async (how) => {
      const [node] = stack.nodes
      const logged = node.log().length
      await stack.admin.post('/plugins', { name: 'faulty', config: { how } })
      if (how === 'strays') await serves(node, '/echo')
      else await serves(node, '/echo', 500)
      await eventually(async () => {
        await statusOf(node, '/echo')
        expect(node.log().slice(logged)).toMatch(/the plugin 'faulty' failed/)
      })
      expect(node.log().slice(logged)).not.toContain('a worker ended')
    },
  )

  it('that are broken keep a node from starting, and unknown ones an admin-api, with the place and the cause', async () => {
    await expect(stack.addNode('broken', { plugins_path: at('broken') })).rejects.toThrow(
      /plugins: 'mark' cannot be loaded: .*broken\/node_modules\/mark\/handler.js cannot be loaded: .*what-nobody-installed/,
    )
    await expect(stack.addAdminApi('unknowing', { plugins: 'bundled,ghost' })).rejects.toThrow(
      /plugins: 'ghost' cannot be loaded: it is none of the bundled .*there is no package .*node_modules\/ghost/,
    )
  })

  async function marked(node: Node, value: string): Promise<void> {
    await eventually(async () => {
      expect((await send(`${node.proxy}/echo`)).headers.get('x-mark')).toBe(value)
    }, 30_000)
  }

  async function listed(node: Node, expected: object): Promise<Row> {
    const id = await eventually(() => readFileSync(join(node.prefix, 'kong.id'), 'utf8').trim())
    return eventually(async () => {
      const row = (await dataPlanes(stack)).find((each) => each.id === id)
      expect(row).toMatchObject(expected)
      return { ...row }
    }, 30_000)
  }
})

/** All that a process has on its disk. */
function files({ prefix }: Node): string[] {
  return readdirSync(prefix, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
}
