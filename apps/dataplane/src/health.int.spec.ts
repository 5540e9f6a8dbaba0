import type { RequestListener } from 'node:http'
import type { JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aNode } from './fixtures/a-node.ts'
import { anUpstream, type Upstream } from './fixtures/an-upstream.ts'
import { closedAfterEach } from './fixtures/closed-after-each.ts'
import { ConfigAuthor } from './fixtures/config-author.ts'

const open = closedAfterEach()

async function upstreamThat(answer: RequestListener): Promise<Upstream> {
  const upstream = await anUpstream(answer)
  open.push(upstream)
  return upstream
}

const good: RequestListener = (_request, response) => response.end()
const bad: RequestListener = (_request, response) => response.writeHead(500).end()

/** A node with two workers whose requests all go to targets at these ports. */
async function nodeBefore(ports: readonly number[], unhealthy: JsonObject, fields: JsonObject = {}) {
  const node = await aNode()
  open.push(node)
  const author = new ConfigAuthor()
  const { id: service } = author.put('services', { host: 'pool.internal', ...fields })
  author.put('routes', { paths: ['/'], service: { id: service } })
  const pool = author.put('upstreams', { name: 'pool.internal', healthchecks: { passive: { unhealthy } } })
  for (const port of ports) author.put('targets', { upstream: { id: pool.id }, target: `127.0.0.1:${port}` })
  expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
  return { node, author, pool }
}

/** How often each status came, each request on a connection of its own, so that all workers get some. */
async function statuses(url: string, times: number): Promise<Record<string, number>> {
  const seen: Record<string, number> = {}
  for (let i = 0; i < times; i++) {
    const response = await fetch(url, { headers: { connection: 'close' } })
    await response.text()
    seen[response.status] = (seen[response.status] ?? 0) + 1
  }
  return seen
}

describe('a target that fails', () => {
  it.each([1, 2])('gets no more requests of any worker after failures, %d of them', async (failures) => {
    const upstreams = [await upstreamThat(good), await upstreamThat(bad)]
    const ports = upstreams.map(({ port }) => port)
    const { node } = await nodeBefore(ports, { http_failures: failures })
    expect(await statuses(node.url, 20)).toEqual({ 200: 20 - failures, 500: failures })
  })

  it('gets none after changes of the config either', async () => {
    const upstreams = [await upstreamThat(good), await upstreamThat(bad)]
    const ports = upstreams.map(({ port }) => port)
    const { node, author, pool } = await nodeBefore(ports, { http_failures: 1 })
    expect(await statuses(node.url, 10)).toEqual({ 200: 9, 500: 1 })
    author.put('consumers', { username: 'unrelated' })
    await node.apply(author.delta())
    expect(await statuses(node.url, 6)).toEqual({ 200: 6 })
    author.put('targets', {
      upstream: { id: pool.id },
      target: `127.0.0.1:${(await upstreamThat(good)).port}`,
    })
    await node.apply(author.delta())
    expect(await statuses(node.url, 6)).toEqual({ 200: 6 })
  })

  it('and is the only one leaves the upstream without a peer', async () => {
    const { node } = await nodeBefore([(await upstreamThat(bad)).port], { http_failures: 1 })
    expect(await statuses(node.url, 4)).toEqual({ 500: 1, 503: 3 })
  })
})

describe('a target that refuses connections', () => {
  it('is tried once, and then no more', async () => {
    const { node } = await nodeBefore([await closedPort()], { tcp_failures: 1 }, { retries: 1 })
    expect(await statuses(node.url, 3)).toEqual({ 503: 3 })
  })

  it('is a 502 in the last try, which is not counted', async () => {
    const { node } = await nodeBefore([await closedPort()], { tcp_failures: 1 }, { retries: 0 })
    expect(await statuses(node.url, 3)).toEqual({ 502: 3 })
  })

  it('is counted in the last try where 502 is listed', async () => {
    const unhealthy = { http_failures: 1, http_statuses: [502] }
    const { node } = await nodeBefore([await closedPort()], unhealthy, { retries: 0 })
    expect(await statuses(node.url, 3)).toEqual({ 502: 1, 503: 2 })
  })
})

async function closedPort(): Promise<number> {
  await using upstream = await anUpstream()
  return upstream.port
}
