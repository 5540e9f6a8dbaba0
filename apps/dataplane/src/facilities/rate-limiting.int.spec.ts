import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '@biplane/entities'
import { aRedis, isRedisMissing } from '@biplane/plugins/fixtures'
import { generateClusterPair } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startNode } from '../conformance/node-under-test.ts'
import { aNode } from '../fixtures/a-node.ts'
import { anUpstream, serviceAt } from '../fixtures/an-upstream.ts'
import { ConfigAuthor } from '../fixtures/config-author.ts'

const CLIENTS = 64
const withRedis = it.skipIf(isRedisMissing())

describe('rate-limiting on nodes of two workers', () => {
  it('lets exactly as many pass as it may, for 64 clients at once', async () => {
    const [node] = await nodesWith(1, { year: 150, limit_by: 'service' })
    expect(await statuses([node], 300)).toEqual({ 200: 150, 429: 150 })
  })

  withRedis('does so over two nodes, processes of their own, that count in a Redis', async () => {
    const { port } = await aRedisThatEnds()
    const nodes = await processesWith(2, { year: 150, limit_by: 'service', ...inRedis(port) })
    expect(await statuses(nodes, 300)).toEqual({ 200: 150, 429: 150 })
  })

  withRedis(
    'reaches a Redis by TLS, and trusts no certificate that it cannot verify if it shall',
    async () => {
      const port = await aRedisWithTls()
      const ssl = { ...inRedis(port), redis_ssl: true, fault_tolerant: false }
      const [trusting] = await nodesWith(1, { year: 1, ...ssl })
      expect(await statuses([trusting], 2)).toEqual({ 200: 1, 429: 1 })
      const [careful] = await nodesWith(1, {
        year: 1,
        ...ssl,
        redis_ssl_verify: true,
        redis_server_name: 'h.test',
      })
      expect(await statuses([careful], 1)).toEqual({ 500: 1 })
    },
  )

  it.each([
    [true, 200],
    [false, 500],
  ])('while the Redis is gone, with fault_tolerant %s, answers with %d', async (tolerant, status) => {
    const [node] = await nodesWith(1, { year: 1, ...inRedis(await freePort()), fault_tolerant: tolerant })
    const response = await fetch(`${node}/`)
    expect(response.status).toBe(status)
    expect(response.headers.get('ratelimit-limit')).toBeNull()
    if (!tolerant) expect(await response.json()).toEqual({ message: 'An unexpected error occurred' })
  })
})

function inRedis(port: number): JsonObject {
  return { policy: 'redis', redis_host: '127.0.0.1', redis_port: port }
}

/** Nodes of one config, in this process, as addresses. */
async function nodesWith(count: number, config: JsonObject): Promise<string[]> {
  const author = await authorWith(config)
  const nodes = await Promise.all(Array.from({ length: count }, () => aNode()))
  onTestFinished(async () => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
  })
  for (const node of nodes) expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
  return nodes.map(({ url }) => url)
}

/** The same, each as an operator starts one. */
async function processesWith(count: number, config: JsonObject): Promise<string[]> {
  const author = await authorWith(config)
  const nodes = await Promise.all(
    Array.from({ length: count }, async () => {
      const node = await startNode({})
      onTestFinished(() => node[Symbol.asyncDispose]())
      return node
    }),
  )
  for (const node of nodes) expect(await node.give(author.snapshot())).toMatchObject({ kind: 'applied' })
  return nodes.map(({ proxyPort }) => `http://127.0.0.1:${proxyPort}`)
}

/** A config of one plugin, before an upstream of the test. */
async function authorWith(config: JsonObject): Promise<ConfigAuthor> {
  const upstream = await anUpstream()
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const author = new ConfigAuthor()
  const { id } = author.put('services', serviceAt(upstream))
  author.put('routes', { paths: ['/'], service: { id } })
  author.put('plugins', { name: 'rate-limiting', config })
  return author
}

/** How many answers had each status, of requests in turn to each node by 64 clients. */
async function statuses(nodes: readonly (string | undefined)[], requests: number): Promise<object> {
  const found: Record<string, number> = {}
  let sent = 0
  const client = async (): Promise<void> => {
    while (sent < requests) {
      const node = nodes[sent % nodes.length]
      sent += 1
      const response = await fetch(`${node}/`)
      await response.arrayBuffer()
      found[response.status] = (found[response.status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return found
}

async function aRedisThatEnds(options: Parameters<typeof aRedis>[0] = {}) {
  const redis = await aRedis(options)
  onTestFinished(() => redis[Symbol.asyncDispose]())
  return redis
}

/** @returns its port for TLS; it has no other */
async function aRedisWithTls(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'biplane-redis-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { cert, key } = await generateClusterPair()
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  await writeFile(certFile, cert)
  await writeFile(keyFile, key)
  const port = await freePort()
  const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', certFile]
  const args = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files]
  return (await aRedisThatEnds({ port, args })).port
}
