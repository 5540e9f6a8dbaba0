import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REPOSITORY } from '@biplane/tools/app-process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Balancer, startBalancer } from '../balancer.ts'
import { biplane } from '../biplane.ts'
import { send } from '../client.ts'
import { inSync, reaches, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { readJournal, readNames } from '../journal-view.ts'
import { type Link, startLink } from '../link.ts'
import { type Load, startLoad } from '../load.ts'
import { type PersistentWriters, startPersistentWriters } from '../persistent-writers.ts'
import { checkOutPrevious, type PreviousRelease } from '../previous-release.ts'
import { type AdminApi, type App, type Hub, type Stack, startStack } from '../stack.ts'

const NOW = REPOSITORY

describe('the previous release', () => {
  it('runs packages of its own, and leaves nothing registered', async () => {
    const { root, remove } = await checkOutPrevious()
    try {
      const packages = readdirSync(join(root, 'node_modules', '@biplane'), { withFileTypes: true })
      const outside = packages.filter(
        ({ parentPath, name }) => !realpathSync(join(parentPath, name)).startsWith(root),
      )
      expect(packages.length).toBeGreaterThan(10)
      expect(outside).toEqual([])
      expect(`${execFileSync('git', ['worktree', 'list'], { cwd: REPOSITORY })}`).not.toContain(root)
    } finally {
      remove()
    }
  })

  it('is asked for where the clone is shallow', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'biplane-shallow-'))
    try {
      const args = ['clone', '--quiet', '--depth', '1', `file://${REPOSITORY}`, clone]
      execFileSync('git', args, { stdio: 'pipe' })
      await expect(checkOutPrevious(clone)).rejects.toThrow('`git fetch --unshallow`')
    } finally {
      rmSync(clone, { recursive: true, force: true })
    }
  })
})

describe('a rolling upgrade from the previous release, and back', () => {
  let previous: PreviousRelease
  let links: readonly [Link, Link, Link, Link]
  let stack: Stack
  let hubs: readonly [Hub, Hub]
  let adminApis: readonly [AdminApi, AdminApi]
  let balancer: Balancer
  let load: Load
  const acknowledged = { routes: [] as string[], consumers: [] as string[] }

  beforeAll(async () => {
    previous = await checkOutPrevious()
    links = [await startLink(), await startLink(), await startLink(), await startLink()]
    const [feed1, feed2, hub1, hub2] = links
    stack = await startStack({
      root: previous.root,
      hubSettings: { cluster_feed: `${feed1.address}, ${feed2.address}` },
      // Longer than the balancer may take to notice.
      nodeSettings: { cluster_control_plane: `${hub1.address}, ${hub2.address}`, drain_delay: '4' },
    })
    const [hub, adminApi] = await Promise.all([stack.addHub('sync-hub-2'), stack.addAdminApi('admin-api-2')])
    hubs = [stack.hub, hub]
    adminApis = [stack.adminApi, adminApi]
    for (const [index, { feed }] of adminApis.entries()) links[index]?.leadTo(feed)
    for (const [index, { address }] of hubs.entries()) links[2 + index]?.leadTo(address)
    await route(stack, 'base')
    await route(stack, 'keyed')
    await stack.admin.post('/routes/keyed/plugins', { name: 'key-auth' })
    await settled()
    for (const node of stack.nodes) await serves(node, '/base')
    balancer = await startBalancer(stack.nodes)
    load = startLoad([`${balancer.url}/base`], 8, {}, 20)
  })
  afterAll(async () => {
    await load?.stop()
    await balancer?.close()
    await stack?.close()
    await Promise.all(links?.map((link) => link.close()) ?? [])
    previous?.remove()
  })

  it('replaces hubs, which follow an admin-api of the release before', async () => {
    for (const hub of hubs) await whileWriting(hub.name, () => replace(hub, NOW))
  })

  it('migrates the schema while the admin-apis of the release before write', async () => {
    await whileWriting('migrations', async () => {
      const { code, stdout } = await biplane(['migrations', 'up', '--conf', `${stack.home}/admin-api.conf`])
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringMatching(/^\d+ migrations? w\w+ executed/),
      })
    })
  })

  it('replaces admin-apis, with no write that neither took', async () => {
    for (const adminApi of adminApis) {
      const { secondTries } = await whileWriting(adminApi.name, () => replace(adminApi, NOW))
      expect(secondTries).toBeGreaterThan(0)
    }
  })

  it('tells nodes of the release before nothing that they do not know', async () => {
    await stack.admin.put('/upstreams/up.test', { healthchecks: { passive: { unhealthy: { timeouts: 1 } } } })
    await stack.admin.post('/upstreams/up.test/targets', { target: '127.0.0.1:1' })
    const url = `${stack.adminUrl}/upstreams/up.test/targets/127.0.0.1:1/unhealthy`
    const { status, headers } = await send(url, { method: 'PUT' })
    expect(status).toBe(204)
    for (const node of stack.nodes) await reaches(node, Number(headers.get('x-biplane-revision')))
    await inSync(stack, 2)
    await stack.admin.remove('/upstreams/up.test')
    await settled()
  })

  it('replaces nodes, which serve from the cache of the release before while no hub is there', async () => {
    const [first, second] = stack.nodes
    await whileWriting(first.name, async () => {
      await Promise.all(hubs.map((hub) => hub.stop()))
      await replaceNode(first, NOW)
      expect(await statusOf(first, '/base')).toBe(200)
      await Promise.all(hubs.map((hub) => hub.start()))
    })
    await whileWriting(second.name, () => replaceNode(second, NOW))
  })

  it('serves the keys that were made on the way', async () => {
    const keys = acknowledged.consumers.filter((_, index) => index % 20 === 0)
    for (const node of stack.nodes) {
      for (const apikey of keys) expect(await statusOf(node, '/keyed', { apikey })).toBe(200)
      expect(await statusOf(node, '/keyed', { apikey: 'nobody' })).toBe(401)
    }
  })

  it('goes back with nodes', async () => {
    for (const node of stack.nodes)
      await whileWriting(`${node.name}-back`, () => replaceNode(node, previous.root))
  })

  it('goes back with hubs', async () => {
    for (const hub of hubs) await whileWriting(`${hub.name}-back`, () => replace(hub, previous.root))
  })

  it('goes back with no admin-api: that of the release before ends', async () => {
    const [adminApi] = adminApis
    await adminApi.stop()
    await adminApi.start(previous.root).catch(() => undefined) // it may end before it was seen alive
    await eventually(() => expect(send(adminApi.url)).rejects.toThrow(), 60_000)
    expect(await adminApi.stop()).toMatchObject({ code: 1 })
    await adminApi.start(NOW)
  })

  it('has failed no request, left no cache unread and lost nothing', async () => {
    await load.stop()
    expect(load.failures).toEqual([])
    expect(load.mixed).toEqual([])
    expect(load.requests).toBeGreaterThan(1000)
    for (const { prefix } of [...hubs, ...stack.nodes])
      expect(readdirSync(prefix).filter((name) => /\.(damaged|locked)-/.test(name))).toEqual([])
    await settled()
  })

  /** Stops the process, and runs another release in its place; done once that one is ready. */
  async function replace(app: (Hub | AdminApi) & App, root: string): Promise<void> {
    const status = 'status' in app ? app.status : app.url
    expect(await app.stop()).toEqual({ code: 0, signal: null })
    await app.start(root)
    await eventually(async () => expect((await send(`${status}/status/ready`)).status).toBe(200), 60_000)
  }

  async function replaceNode(node: Stack['nodes'][number], root: string): Promise<void> {
    await eventually(() => expect(balancer.healthy()).toBe(2), 60_000)
    expect(await node.stop()).toEqual({ code: 0, signal: null })
    await node.start(root)
    await eventually(() => expect(balancer.healthy()).toBe(2), 60_000)
  }

  /** Does a step while routes, consumers and keys are written. After it nodes agree, and all that was acknowledged is there. */
  async function whileWriting(name: string, step: () => Promise<void>): Promise<PersistentWriters> {
    const urls = adminApis.map(({ url }) => url)
    const writers = startPersistentWriters(urls, 'base', name)
    try {
      await step()
    } finally {
      await writers.stop()
    }
    expect(writers.failures).toEqual([])
    expect(writers.acknowledged.consumers.length).toBeGreaterThan(0)
    acknowledged.routes.push(...writers.acknowledged.routes)
    acknowledged.consumers.push(...writers.acknowledged.consumers)
    await settled()
    return writers
  }

  async function settled(): Promise<void> {
    const hash = await inSync(stack, 2)
    const journal = await readJournal(stack)
    expect(journal.head.hash).toBe(hash)
    expect(journal.revisions).toEqual(journal.revisions.map((_, index) => index + 1))
    expect(load?.failures ?? []).toEqual([])
    const routes = await readNames(stack, 'routes')
    expect(acknowledged.routes.filter((name) => !routes.has(name))).toEqual([])
  }
})
