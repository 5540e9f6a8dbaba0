import { mkdtemp, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import type { Worker } from 'node:worker_threads'
import type { Entity, JsonObject, TargetHealth } from '@biplane/entities'
import { type CertificatePair, generateCertificate } from '@biplane/service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aNode, type RunningNode } from './fixtures/a-node.ts'
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

/** Two workers. It serves one test after another, each with upstreams of its own. */
let shared: RunningNode
beforeAll(async () => {
  shared = await aNode()
})
afterAll(() => shared?.[Symbol.asyncDispose]())

/** The node, whose requests all go to targets at these ports, and judge them. */
function nodeBefore(ports: readonly number[], unhealthy: JsonObject, fields: JsonObject = {}) {
  return nodeChecking(ports, { passive: { unhealthy } }, fields)
}

async function nodeChecking(ports: readonly number[], healthchecks: JsonObject, fields: JsonObject = {}) {
  return { node: shared, ...(await configured(shared, ports, healthchecks, fields)) }
}

async function configured(
  node: RunningNode,
  ports: readonly number[],
  healthchecks: JsonObject,
  fields: JsonObject = {},
) {
  const author = new ConfigAuthor()
  const { id: service } = author.put('services', { host: 'pool.internal', ...fields })
  author.put('routes', { paths: ['/'], service: { id: service } })
  const pool = author.put('upstreams', { name: 'pool.internal', healthchecks })
  const targets = ports.map((port) =>
    author.put('targets', { upstream: { id: pool.id }, target: `127.0.0.1:${port}` }),
  )
  expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
  return { author, pool, targets }
}

/** What a node thinks of the addresses of its one upstream, in their order. */
async function healthOf(node: RunningNode): Promise<string[]> {
  const [report] = (await node.health.read()) ?? []
  const byPort = (report?.targets ?? []).flatMap(({ addresses }) => addresses)
  return byPort.map(({ health }) => health)
}

async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  while (JSON.stringify(await read()) !== JSON.stringify(expected)) await pause(20)
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

const probing = (active: JsonObject = {}): JsonObject => ({
  active: {
    ...active,
    healthy: { interval: 0.1, successes: 1 },
    unhealthy: { interval: 0.1, tcp_failures: 1, http_failures: 1, timeouts: 1 },
  },
})

describe('a target that is probed', () => {
  it('goes and comes without a request of a client that fails', async () => {
    let isWell = true
    const sick: RequestListener = (_request, response) => response.writeHead(isWell ? 200 : 500).end()
    const upstreams = [await upstreamThat(good), await upstreamThat(sick)].sort((a, b) => a.port - b.port)
    const { node } = await nodeChecking(
      upstreams.map(({ port }) => port),
      probing(),
    )
    const all = (word: string) => upstreams.map(() => word)
    await eventually(() => healthOf(node), all('HEALTHY'))
    isWell = false
    await eventually(async () => (await healthOf(node)).toSorted(), ['HEALTHY', 'UNHEALTHY'])
    expect(await statuses(node.url, 6)).toEqual({ 200: 6 })
    isWell = true
    await eventually(() => healthOf(node), all('HEALTHY'))
    expect(await statuses(node.url, 6)).toEqual({ 200: 6 })
  })

  it.each([
    ['hangs', { timeout: 0.1 }, () => upstreamThat(() => undefined)],
    ['does not speak TLS', { type: 'https' }, () => upstreamThat(good)],
    ['refuses', { type: 'tcp' }, async () => ({ port: await closedPort() })],
  ])('is out when it %s', async (_, active, start) => {
    const { node } = await nodeChecking([(await start()).port], probing(active))
    await eventually(() => healthOf(node), ['UNHEALTHY'])
    expect(await statuses(node.url, 1)).toEqual({ 503: 1 })
  })

  it('is probed by one worker, and by another one when that is gone', async () => {
    const threads: Worker[] = []
    const watch = (worker: Worker): number => threads.push(worker)
    process.on('worker', watch)
    const upstream = await upstreamThat(good)
    const node = await aNode({ workers: 3 })
    open.push(node)
    await configured(node, [upstream.port], probing())
    const counts = (): number[] => [0, 1, 2].map((slot) => node.counters.get(slot, 'probes'))
    /** Which of the workers probed until there were so many more. */
    const probers = async (more: number): Promise<number[]> => {
      const [before, sum] = [counts(), node.counters.total('probes')]
      while (node.counters.total('probes') < sum + more) await pause(20)
      return counts().flatMap((count, slot) => (count > (before[slot] ?? 0) ? [slot] : []))
    }
    const [first = -1, ...others] = await probers(5)
    expect(others).toEqual([])
    // Those that began have their slots in the order of their beginning.
    await threads[first]?.terminate()
    const [second = -1, ...rest] = await probers(5)
    expect([second !== first, rest]).toEqual([true, []])
    while (node.pool.serving.now < 3) await pause(20)
    expect(await probers(5)).toEqual([second])
    expect(upstream.connections()).toBeGreaterThan(10)
    process.off('worker', watch)
  })
})

describe('a target that asks for a certificate', () => {
  it('is shown that of its upstream, as it is now, or else that of the node', async () => {
    const made = (commonName: string, issuer?: CertificatePair) =>
      generateCertificate(
        { commonName, dnsNames: ['localhost'], days: 1, now: new Date(), authority: issuer === undefined },
        issuer,
      )
    const root = await made('root')
    const [ofNode, one, other] = [
      await made('node', root),
      await made('one', root),
      await made('other', root),
    ]
    const stranger = await made('stranger')
    const names: unknown[] = []
    const server = createServer({ ...root, ca: root.cert, requestCert: true }, (request, response) => {
      // A server for TLS has no other sockets.
      names.push((request.socket as TLSSocket).getPeerCertificate().subject.CN)
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    })
    const node = await aNode({ workers: 1, settings: { client_pair: ofNode } })
    open.push(node)
    const active = { type: 'https', https_verify_certificate: false }
    // A server for TCP has a port.
    const { port } = server.address() as AddressInfo
    const { author, pool } = await configured(node, [port], probing(active))
    const shown = async (): Promise<unknown> => names.at(-1)
    await eventually(shown, 'node')
    const { id } = author.put('certificates', { ...one })
    author.put('upstreams', { ...pool, client_certificate: { id } })
    await node.apply(author.delta())
    await eventually(shown, 'one')
    author.put('certificates', { ...other, id })
    await node.apply(author.delta())
    await eventually(shown, 'other')
    expect(await healthOf(node)).toEqual(['HEALTHY'])
    author.put('certificates', { ...stranger, id })
    await node.apply(author.delta())
    await eventually(() => healthOf(node), ['UNHEALTHY'])
  })
})

describe('what somebody says of a target', () => {
  const passive = { passive: { unhealthy: { http_failures: 1 } } }
  const say = (author: ConfigAuthor, target: Entity | undefined, health: string, fields: JsonObject = {}) =>
    author.put('target_health', { target: { id: target?.id ?? '' }, health, ...fields })

  it('is thought once, and what is seen afterwards counts', async () => {
    const { node, author, targets } = await nodeChecking([(await upstreamThat(good)).port], probing())
    say(author, targets[0], 'unhealthy')
    await node.apply(author.delta())
    // The probes know better.
    await eventually(() => healthOf(node), ['HEALTHY'])
    author.put('consumers', { username: 'unrelated' })
    await node.apply(author.delta())
    expect(await healthOf(node)).toEqual(['HEALTHY'])
    expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
    expect(await healthOf(node)).toEqual(['HEALTHY'])
  })

  it('is said of one address or of all of a target, and the newest word counts', async () => {
    const ports = [(await upstreamThat(good)).port, (await upstreamThat(good)).port].sort((a, b) => a - b)
    const { node, author, targets } = await nodeChecking(ports, passive)
    say(author, targets[0], 'unhealthy')
    say(author, targets[1], 'unhealthy', { address: `127.0.0.2:${ports[1]}` })
    await node.apply(author.delta())
    expect(await healthOf(node)).toEqual(['UNHEALTHY', 'HEALTHY'])
    say(author, targets[1], 'unhealthy', { address: `127.0.0.1:${ports[1]}` })
    say(author, targets[0], 'healthy')
    await node.apply(author.snapshot())
    expect(await healthOf(node)).toEqual(['HEALTHY', 'UNHEALTHY'])
    expect(await statuses(node.url, 4)).toEqual({ 200: 4 })
  })

  it('forgives what was counted', async () => {
    const { node, author, targets } = await nodeChecking([(await upstreamThat(bad)).port], {
      passive: { unhealthy: { http_failures: 2 } },
    })
    for (const [statusesSeen, word] of [
      [{ 500: 1 }, 'healthy'],
      [{ 500: 1 }, 'healthy'],
      [{ 500: 2 }, null],
    ] as const) {
      const times = Object.values(statusesSeen)[0] ?? 0
      expect(await statuses(node.url, times)).toEqual(statusesSeen)
      if (word !== null) say(author, targets[0], word)
      await node.apply(author.delta())
    }
    expect(await statuses(node.url, 1)).toEqual({ 503: 1 })
  })

  it('is thought again after a restart, and not when a worker is replaced', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'biplane-health-'))
    open.push({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) })
    const first = await aNode({ directory })
    const { author, targets } = await configured(first, [(await upstreamThat(good)).port], passive)
    say(author, targets[0], 'unhealthy')
    await first.apply(author.delta())
    await first[Symbol.asyncDispose]()
    const threads: Worker[] = []
    const watch = (worker: Worker): number => threads.push(worker)
    process.on('worker', watch)
    const second = await aNode({ directory, workers: 1 })
    open.push(second)
    expect(await healthOf(second)).toEqual(['UNHEALTHY'])
    say(author, targets[0], 'healthy')
    // As a hub would, which knows that it has the rest.
    await second.apply(author.delta())
    expect(await healthOf(second)).toEqual(['HEALTHY'])
    const replaced = async (times: number): Promise<void> => {
      while (second.pool.serving.now < 1 || threads.length < 1 + times) await pause(20)
    }
    await threads[0]?.terminate()
    await replaced(1)
    expect(await healthOf(second)).toEqual(['HEALTHY'])
    await threads[1]?.terminate()
    // What is said while nobody is there to hear it is not lost, nor is its order.
    const address = String(targets[0]?.target)
    const marks = [say(author, targets[0], 'healthy', { address }), say(author, targets[0], 'unhealthy')]
    for (const mark of marks) await second.pool.mark([mark as TargetHealth]) // what the author makes of a kind is one
    await replaced(2)
    process.off('worker', watch)
    await eventually(() => healthOf(second), ['UNHEALTHY'])
  })
})

it('a node says that something changed when a target turns, and when its config does', async () => {
  const { node, author, pool } = await nodeBefore([(await upstreamThat(bad)).port], { http_failures: 1 })
  await healthOf(node)
  const stopping = new AbortController()
  let changes = 0
  node.health.onChange(() => {
    changes += 1
  }, stopping.signal)
  await statuses(node.url, 1)
  while (changes < 1) await pause(20)
  expect(await healthOf(node)).toEqual(['UNHEALTHY'])
  const before = changes
  author.change({ op: 'upsert', kind: 'upstreams', id: pool.id, entity: { ...pool, slots: 2000 } })
  await node.apply(author.delta())
  while (changes === before) await pause(20)
  stopping.abort()
  const after = changes
  const heard = Promise.withResolvers<void>()
  node.health.onChange(heard.resolve, new AbortController().signal)
  author.put('targets', { upstream: { id: pool.id }, target: '127.0.0.1:10' })
  await node.apply(author.delta())
  await heard.promise
  expect(changes).toBe(after)
})

async function closedPort(): Promise<number> {
  await using upstream = await anUpstream()
  return upstream.port
}
