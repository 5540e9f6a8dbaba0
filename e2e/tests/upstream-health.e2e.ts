import { createServer, type Server } from 'node:http'
import { freePort } from '@biplane/tools/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Row, send } from '../client.ts'
import { serves } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type Node, type Stack, startStack } from '../stack.ts'

interface HealthRow {
  readonly target: string
  readonly health: string
  readonly nodes: readonly { readonly id: string; readonly hostname: string; readonly since: number | null }[]
  readonly nodes_by_health: Readonly<Record<string, number>>
  readonly manual: readonly Row[]
}

/** A target, which answers with its name. */
class Target {
  readonly #name: string
  #server: Server | null = null
  #port = 0

  constructor(name: string) {
    this.#name = name
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  async open(): Promise<void> {
    // The same again, which nobody takes meanwhile: no connection comes from there, not even a probe of it.
    if (this.#port === 0) this.#port = await freePort()
    const server = createServer((_request, response) => response.end(this.#name))
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#server = server
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = null
    server?.closeAllConnections()
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)))
  }
}

describe('the health of targets, as nodes judge it and the Admin API tells it', () => {
  const [a, b] = [new Target('a'), new Target('b')]
  let stack: Stack
  beforeAll(async () => {
    await Promise.all([a.open(), b.open()])
    stack = await startStack()
    const probes = { healthy: { interval: 0.2, successes: 1 }, unhealthy: { interval: 0.2, tcp_failures: 1 } }
    await anUpstream('probed', { active: probes })
    await anUpstream('counted', { passive: { unhealthy: { tcp_failures: 100 } } })
    for (const node of stack.nodes) for (const path of ['/probed', '/counted']) await serves(node, path)
  })
  afterAll(async () => {
    await stack?.close()
    await Promise.all([a.close(), b.close()])
  })

  async function anUpstream(name: string, healthchecks: Row): Promise<void> {
    await stack.admin.put(`/upstreams/${name}.test`, { healthchecks })
    for (const { address: target } of [a, b])
      await stack.admin.post(`/upstreams/${name}.test/targets`, { target })
    await stack.admin.put(`/services/${name}`, { host: `${name}.test` })
    await stack.admin.put(`/routes/${name}`, { service: { name }, paths: [`/${name}`] })
  }

  async function rowOf(upstream: string, { address }: Target): Promise<HealthRow> {
    const { data } = await stack.admin.get<{ data: HealthRow[] }>(`/upstreams/${upstream}.test/health`)
    const row = data.find(({ target }) => target === address)
    if (row === undefined) throw new Error(`${upstream} has no target ${address}`)
    return row
  }

  const told = (upstream: string, target: Target, health: string, nodes = 2) =>
    eventually(async () =>
      expect(await rowOf(upstream, target)).toMatchObject({ health, nodes_by_health: { [health]: nodes } }),
    )

  /** Who answers a dozen requests in a row. */
  async function answering(node: Node, path: string): Promise<string> {
    const names = new Set<string>()
    for (let n = 0; n < 12; n++) names.add((await send(`${node.proxy}${path}`)).text)
    return [...names].toSorted().join()
  }

  async function set(upstream: string, { address }: Target, health: string): Promise<void> {
    const url = `${stack.adminUrl}/upstreams/${upstream}.test/targets/${address}/${health}?wait_for_sync=30`
    expect((await send(url, { method: 'PUT' })).status).toBe(204)
  }

  it('is told by every node, and that a target has died, which then gets no requests, until it is back', async () => {
    for (const target of [a, b]) await told('probed', target, 'HEALTHY')
    const before = Math.floor(Date.now() / 1000)
    await a.close()
    await told('probed', a, 'UNHEALTHY')
    const { nodes } = await rowOf('probed', a)
    for (const { since } of nodes) expect(since).toBeGreaterThanOrEqual(before)
    await told('probed', b, 'HEALTHY')
    for (const node of stack.nodes) expect(await answering(node, '/probed')).toBe('b')
    const whole = await stack.admin.get('/upstreams/probed.test/health?balancer_health=1')
    expect(whole.data).toMatchObject({
      health: 'HEALTHY',
      details: { weight: { total: 200, available: 100 } },
    })
    await a.open()
    await told('probed', a, 'HEALTHY')
    for (const node of stack.nodes) expect(await answering(node, '/probed')).toBe('a,b')
  })

  it('is set by hand on every node, and stays set when one is started again', async () => {
    await set('counted', a, 'unhealthy')
    await told('counted', a, 'UNHEALTHY')
    for (const node of stack.nodes) expect(await answering(node, '/counted')).toBe('b')
    const [first] = stack.nodes
    expect(await first.stop()).toEqual({ code: 0, signal: null })
    await told('counted', a, 'UNHEALTHY', 1)
    await first.start()
    await serves(first, '/counted')
    expect(await answering(first, '/counted')).toBe('b')
    await told('counted', a, 'UNHEALTHY')
    expect((await rowOf('counted', a)).manual).toMatchObject([{ address: null, health: 'unhealthy' }])
    await set('counted', a, 'healthy')
    await told('counted', a, 'HEALTHY')
    for (const node of stack.nodes) expect(await answering(node, '/counted')).toBe('a,b')
  })

  it('is told by no node that was killed', async () => {
    const [, second] = stack.nodes
    await told('probed', a, 'HEALTHY')
    const both = (await rowOf('probed', a)).nodes
    await second.kill()
    await told('probed', a, 'HEALTHY', 1)
    const left = (await rowOf('probed', a)).nodes
    expect([both.length, left.length]).toEqual([2, 1])
  })
})
