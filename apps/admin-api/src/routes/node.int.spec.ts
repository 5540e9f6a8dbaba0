import { bundledPlugins } from '@biplane/plugins'
import { LogLevelSwitch } from '@biplane/service'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'

const databases = useDatabases()
const levels = new LogLevelSwitch('notice')
let app: FastifyInstance

beforeAll(async () => {
  app = anAdmin(await databases.migrated(), { levels })
})

it('GET / tells what clients ask of a node', async () => {
  for (const name of ['jwt', 'cors', 'jwt']) {
    const scope = { name: crypto.randomUUID(), host: 'h.test' }
    const { id } = (await post('/services', scope)).json<{ id: string }>()
    await post(`/services/${id}/plugins`, { name })
  }
  levels.ask('info', null)
  const { plugins, ...told } = (await app.inject('/')).json()
  expect(told).toEqual({
    tagline: 'Welcome to kong',
    version: '3.4.0',
    edition: 'community',
    hostname: 'admin.test',
    node_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    lua_version: expect.any(String),
    pids: { master: process.pid, workers: [process.pid] },
    timers: { running: 0, pending: expect.any(Number) },
    configuration: { role: 'control_plane', log_level: 'info' },
  })
  expect(plugins.enabled_in_cluster).toEqual(['cors', 'jwt'])
  expect(Object.keys(plugins.available_on_server)).toEqual([...bundledPlugins('3.4.0').keys()])
  expect(plugins.available_on_server.acl).toEqual({ version: '3.4.0', priority: 950 })
})

it('GET /timers counts the timers of the process', async () => {
  const pending = async () => (await app.inject('/timers')).json().stats.sys.pending
  const before = await pending()
  const more = Array.from({ length: 1000 }, () => setTimeout(() => undefined, 600_000))
  expect(await pending()).toBeGreaterThan(before + 500)
  for (const timer of more) clearTimeout(timer)
})

describe('what Kong caches and a control plane does not', () => {
  it.each([
    ['GET', '/cache/services:x', 404],
    ['DELETE', '/cache/services:x', 204],
    ['DELETE', '/cache', 204],
    ['GET', '/cache', 405],
    ['DELETE', '/proxy-cache', 204],
    ['GET', '/proxy-cache/x', 404],
    ['DELETE', '/proxy-cache/6b1b3f4e-4a51-4b5f-8b3c-6a2f3a2f6f6a/caches/x', 404],
  ] as const)('%s %s', async (method, url, status) => {
    expect((await app.inject({ method, url })).statusCode).toBe(status)
  })
})

it('GET /robots.txt sends robots away', async () => {
  const { headers, body } = await app.inject('/robots.txt')
  expect([headers['content-type'], body]).toEqual([
    expect.stringMatching(/^text\/plain/),
    'User-agent: *\nDisallow: /\n',
  ])
})

describe('tags', () => {
  it('are paged, over all kinds and one by one', async () => {
    for (const nth of [1, 2, 3]) await post('/consumers', { username: `u${nth}`, tags: ['a b', `t${nth}`] })
    expect(await pages('/tags?size=4')).toHaveLength(6)
    const one = await pages('/tags/a%20b?size=2')
    expect(one).toHaveLength(3)
    expect(one[0]).toEqual({ tag: 'a b', entity_name: 'consumers', entity_id: expect.any(String) })
  })

  it.each([
    ['PUT', '/tags', 405],
    ['POST', '/tags/x', 405],
    ['GET', '/tags?size=0', 400],
    ['GET', '/tags?offset=x', 400],
    ['GET', '/tags/a,b', 400],
    ['GET', '/tags/%FF', 400],
    ['GET', '/tags/%E2%9C%93', 200],
  ] as const)('%s %s', async (method, url, status) => {
    expect((await app.inject({ method, url })).statusCode).toBe(status)
  })

  async function pages(first: string): Promise<unknown[]> {
    const told: unknown[] = []
    let url: string | null = first
    while (url !== null) {
      const page: { data: unknown[]; next: string | null } = (await app.inject(url)).json()
      told.push(...page.data)
      url = page.next
    }
    return told
  }
})

function post(url: string, body: object) {
  const headers = { 'content-type': 'application/json' }
  return app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) })
}
