import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aNode, type RunningNode } from './fixtures/a-node.ts'
import { anUpstream, serviceAt, type Upstream } from './fixtures/an-upstream.ts'
import { closedAfterEach } from './fixtures/closed-after-each.ts'
import { ConfigAuthor } from './fixtures/config-author.ts'
import { load } from './fixtures/load.ts'

const open = closedAfterEach()

async function opened<T extends AsyncDisposable>(opening: Promise<T>): Promise<T> {
  const one = await opening
  open.push(one)
  return one
}

/** A node that serves `/` from an upstream. */
async function serving(): Promise<{
  node: RunningNode
  upstream: Upstream
  author: ConfigAuthor
  serviceId: string
}> {
  const upstream = await opened(anUpstream())
  const node = await opened(aNode())
  const author = new ConfigAuthor()
  const { id: serviceId } = author.put('services', serviceAt(upstream))
  author.put('routes', { paths: ['/'], service: { id: serviceId } })
  expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
  return { node, upstream, author, serviceId }
}

const status = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
  const response = await fetch(url, { headers })
  await response.arrayBuffer()
  return response.status
}

describe('a node that stops in the middle of an apply', () => {
  it('takes no more clients at once, and is where it was when it starts again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'biplane-stop-'))
    open.push({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) })
    const node = await aNode({ directory })
    const author = new ConfigAuthor()
    author.put('routes', { paths: ['/'] })
    await node.apply(author.snapshot())
    const before = author.position
    author.put('routes', { paths: ['/new'] })
    const arrived = Promise.withResolvers<void>()
    const rest = Promise.withResolvers<void>()
    const snapshot = author.snapshot()
    const applying = node.apply({
      ...snapshot,
      changes: (async function* () {
        for await (const change of snapshot.changes) {
          yield change
          arrived.resolve()
          await rest.promise
        }
      })(),
    })
    await arrived.promise
    const closed = node.close(60_000)
    await expect.poll(() => status(node.url).catch(() => 'refused'), { timeout: 30_000 }).toBe('refused')
    rest.resolve()
    expect(await applying).toMatchObject({ kind: 'rejected', retryable: true })
    await closed
    expect((await opened(aNode({ directory }))).position()).toEqual(before)
  })
})

describe('applying an update', () => {
  it('changes what every worker serves, and says where the node is then', async () => {
    const { node, author } = await serving()
    const { id } = author.put('routes', { paths: ['/new'] })
    const update = author.delta()
    expect(await node.apply(update)).toMatchObject({ kind: 'applied', position: update.to })
    expect(node.position()).toEqual(author.position)
    for (let i = 0; i < 20; i++) expect(await status(`${node.url}/new`)).toBe(503)
    author.delete('routes', { id })
    await node.apply(author.delta())
    for (let i = 0; i < 20; i++) expect(await status(`${node.url}/new`)).toBe(200)
  })

  it('replaces everything by a snapshot', async () => {
    const { node } = await serving()
    const other = new ConfigAuthor()
    other.put('routes', { paths: ['/other'] })
    await node.apply(other.snapshot())
    expect(await status(node.url)).toBe(404)
    expect(await status(`${node.url}/other`)).toBe(503)
  })

  it('looks credentials up in the store, and tells plugins who the consumer is', async () => {
    const { node, author } = await serving()
    const { id } = author.put('consumers', { username: 'bob' })
    author.put('keyauth_credentials', { key: 'secret', consumer: { id } })
    author.put('plugins', { name: 'key-auth' })
    author.put('plugins', { name: 'request-termination', consumer: { id }, config: { status_code: 418 } })
    await node.apply(author.delta())
    expect(await status(node.url)).toBe(401)
    expect(await status(node.url, { apikey: 'wrong' })).toBe(401)
    const response = await fetch(node.url, { headers: { apikey: 'secret' } })
    expect(response.status).toBe(418)
    expect(response.headers.get('x-biplane-revision')).toBe('2')
  })

  it.each(['Jörg', '日本', 'a\nb'])('tells the upstream of a consumer named %j', async (username) => {
    const { node, author } = await serving()
    const { id } = author.put('consumers', { username })
    author.put('keyauth_credentials', { key: 'secret', consumer: { id } })
    author.put('plugins', { name: 'key-auth' })
    await node.apply(author.delta())
    const response = await fetch(node.url, { headers: { apikey: 'secret' } })
    const { headers } = (await response.json()) as { headers: Record<string, string> }
    const told = Buffer.from(headers['x-consumer-username'] ?? '', 'latin1').toString()
    expect(told).toBe(username.replace('\n', '%0A'))
  })

  it.each<[string, (author: ConfigAuthor) => void, object]>([
    [
      'of an unknown kind',
      (author) => author.change({ op: 'upsert', kind: 'moons', id: '1', entity: { id: '1' } }),
      { kind: 'moons', id: '1', message: "unknown kind 'moons'" },
    ],
    [
      'that is not valid',
      (author) => {
        const route = author.put('routes', { paths: ['/x'] })
        author.change({ op: 'upsert', kind: 'routes', id: route.id, entity: { ...route, paths: ['x'] } })
      },
      { kind: 'routes', field: 'paths' },
    ],
    [
      'of a plugin that is not installed here',
      (author) => {
        const plugin = author.put('plugins', { name: 'key-auth' })
        author.change({ op: 'upsert', kind: 'plugins', id: plugin.id, entity: { ...plugin, name: 'acme' } })
      },
      { kind: 'plugins', field: 'name', message: expect.stringContaining("'acme' not enabled") },
    ],
  ])('rejects an entity %s, and serves as before', async (_what, write, error) => {
    for (const kind of ['delta', 'snapshot'] as const) {
      const { node, author } = await serving()
      const before = node.position()
      author.put('routes', { paths: ['/good'] })
      write(author)
      const answer = await node.apply(author[kind]())
      expect(answer).toMatchObject({ kind: 'rejected', revision: 2, retryable: false, errors: [error] })
      expect(node.position()).toEqual(before)
      expect(await status(`${node.url}/good`)).toBe(200)
    }
  })

  it('rejects an update whose content is not what it claims, and takes the right one afterwards', async () => {
    const { node, author } = await serving()
    author.put('routes', { paths: ['/good'] })
    const update = author.delta()
    const forged = { ...update, to: { ...update.to, hash: 'f'.repeat(32) }, changes: none() }
    expect(await node.apply(forged)).toMatchObject({ kind: 'rejected' })
    expect(await status(`${node.url}/good`)).toBe(200)
    expect(await node.apply(update)).toMatchObject({ kind: 'applied' })
    expect(await status(`${node.url}/good`)).toBe(503)
  })

  it('leaves nothing behind when the source dies in the middle of one', async () => {
    const { node, author } = await serving()
    author.put('routes', { paths: ['/half'] })
    const update = author.snapshot()
    const half = (async function* () {
      for await (const change of update.changes) {
        yield change
        throw new Error('the source died')
      }
    })()
    await expect(node.apply({ ...update, changes: half })).rejects.toThrow('the source died')
    expect(await status(`${node.url}/half`)).toBe(200)
    author.put('routes', { paths: ['/half'] })
    expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
    expect(await status(`${node.url}/half`)).toBe(503)
  })

  it('fails no request of a constant load, and none of them sees two revisions', async () => {
    const { node, author, serviceId } = await serving()
    const { id } = author.put('consumers', { username: 'bob' })
    author.put('keyauth_credentials', { key: 'secret', consumer: { id } })
    author.put('plugins', { name: 'key-auth' })
    await node.apply(author.delta())
    const running = load(`${node.url}/x?apikey=secret`, 8)
    const routes = []
    for (let i = 0; i < 200; i++) {
      routes.push(author.put('routes', { paths: [`/${randomUUID()}`], service: { id: serviceId } }))
      const old = i % 3 === 0 ? routes.shift() : undefined
      if (old !== undefined) author.delete('routes', old)
      const update = i % 50 === 49 ? author.snapshot() : author.delta()
      expect(await node.apply(update)).toMatchObject({ kind: 'applied' })
    }
    const report = await running.stop()
    expect([...report.failures]).toEqual([])
    expect([...report.revisions].filter((revisions) => !/^\d+$/.test(revisions))).toEqual([])
    expect(report.revisions.size).toBeGreaterThan(20)
    expect(report.requests).toBeGreaterThan(200)
  })
})

async function* none(): AsyncGenerator<never> {
  // Nothing comes.
}
