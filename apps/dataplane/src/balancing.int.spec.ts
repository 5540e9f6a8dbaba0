import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Entity } from '@biplane/entities'
import { generateClusterPair } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { describe, expect, it } from 'vitest'
import { aNode, type RunningNode } from './fixtures/a-node.ts'
import { anUpstream, type Upstream } from './fixtures/an-upstream.ts'
import { closedAfterEach } from './fixtures/closed-after-each.ts'
import { ConfigAuthor } from './fixtures/config-author.ts'
import { load } from './fixtures/load.ts'
import { aDnsServer } from './upstreams/fixtures/a-dns-server.ts'
import { dnsDefaults } from './upstreams/fixtures/dns-defaults.ts'

const open = closedAfterEach()

async function opened<T extends AsyncDisposable>(opening: Promise<T>): Promise<T> {
  const one = await opening
  open.push(one)
  return one
}

/** An upstream that answers with its name. */
function named(name: string): Promise<Upstream> {
  return opened(anUpstream((_request, response) => response.end(name)))
}

interface World {
  readonly node: RunningNode
  readonly author: ConfigAuthor
  readonly pool: Entity
  target(port: number, weight?: number, host?: string): Entity
  apply(): Promise<void>
}

/** A node with two workers that sends all requests to `pool.internal`. */
async function world(fields: object = {}, node?: RunningNode, service: object = {}): Promise<World> {
  const running = node ?? (await opened(aNode()))
  const author = new ConfigAuthor()
  const { id } = author.put('services', { host: 'pool.internal', ...service })
  author.put('routes', { paths: ['/'], service: { id } })
  const pool = author.put('upstreams', { name: 'pool.internal', ...fields })
  let isFirst = true
  return {
    node: running,
    author,
    pool,
    target: (port, weight = 100, host = '127.0.0.1') =>
      author.put('targets', { upstream: { id: pool.id }, target: `${host}:${port}`, weight }),
    async apply() {
      const update = isFirst ? author.snapshot() : author.delta()
      isFirst = false
      expect(await running.apply(update)).toMatchObject({ kind: 'applied' })
    },
  }
}

/** Asks so often, each time on a connection of its own, and tells how often each answer came. */
async function answers(
  url: string,
  times: number,
  atOnce: number,
  headers = {},
): Promise<Record<string, number>> {
  const seen: Record<string, number> = {}
  let left = times
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      const text = await ask(url, headers)
      seen[text] = (seen[text] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  return seen
}

function ask(url: string, headers: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false, headers: { ...headers } }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      resolve(Buffer.concat(chunks).toString())
    })
    request.on('error', reject)
  })
}

describe('the workers of a node', () => {
  it('take turns together: shares are exact whichever worker got a request', async () => {
    const [one, other] = [await named('one'), await named('other')]
    const { node, target, apply } = await world()
    target(one.port, 97)
    target(other.port, 103)
    await apply()
    expect(await answers(node.url, 200, 8)).toEqual({ one: 97, other: 103 })
  })

  it('send what has one hash to one target', async () => {
    const upstreams = await Promise.all(['a', 'b', 'c', 'd'].map(named))
    const { node, target, apply } = await world({ hash_on: 'header', hash_on_header: 'X-User' })
    for (const { port } of upstreams) target(port)
    await apply()
    const seen = new Set<string>()
    for (const user of ['1', '2', '3', '4', '5', '6', '7', '8']) {
      const names = Object.keys(await answers(node.url, 10, 4, { 'X-User': user }))
      expect(names).toHaveLength(1)
      seen.add(names[0] ?? '')
    }
    expect(seen.size).toBeGreaterThan(1)
  })
})

describe('a client without the cookie that is hashed', () => {
  it('gets one, which brings it to the same target', async () => {
    const upstreams = await Promise.all(['a', 'b', 'c'].map(named))
    const { node, target, apply } = await world({ hash_on: 'cookie', hash_on_cookie: 'sticky' })
    for (const { port } of upstreams) target(port)
    await apply()
    const response = await fetch(node.url)
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^sticky=[0-9a-f-]{36}; Path=\/; Same-Site=Lax; HttpOnly$/)
    const again = await fetch(node.url, { headers: { cookie: cookie.split(';')[0] ?? '' } })
    expect(again.headers.get('set-cookie')).toBeNull()
    const name = await response.text()
    expect(await again.text()).toBe(name)
    expect(await answers(node.url, 10, 4, { cookie: `x=1; ${cookie.split(';')[0]}` })).toEqual({ [name]: 10 })
  })
})

describe('targets that come and go under load', () => {
  it('cost no request', async () => {
    const [first, second] = [await named('first'), await named('second')]
    const { node, author, target, apply } = await world()
    let current = target(first.port)
    await apply()
    const clients = load(node.url, 8)
    for (let round = 0; round < 10; round++) {
      const next = target(round % 2 === 0 ? second.port : first.port)
      author.delete('targets', current)
      current = next
      await apply()
    }
    const { failures, revisions, requests } = await clients.stop()
    expect([...failures]).toEqual([])
    expect([...revisions].filter((revision) => revision.includes(','))).toEqual([])
    expect(requests).toBeGreaterThan(10)
  })
})

describe('a target by name', () => {
  it('is where DNS says, also when that changes', async () => {
    const upstream = await named('here')
    const records = new Map([['A pool.test', [{ ttl: 0, data: Buffer.from([127, 0, 0, 2]) }]]])
    const server = await opened(aDnsServer(records))
    const node = await opened(
      aNode({ settings: { dns: { ...dnsDefaults, dns_resolver: [server.address] } } }),
    )
    const { target, apply } = await world({}, node)
    target(upstream.port, 100, 'pool.test')
    await apply()
    expect((await fetch(node.url)).status).toBe(502)
    records.set('A pool.test', [{ ttl: 0, data: Buffer.from([127, 0, 0, 1]) }])
    expect(await answers(node.url, 4, 2)).toEqual({ here: 4 })
  })

  it('is called by its name, in TLS too', async () => {
    const tls = https.createServer(await generateClusterPair(), ({ socket, headers }, response) => {
      // A server for TLS has no other sockets.
      response.end(`${(socket as TLSSocket & { servername?: string }).servername} ${headers.host}`)
    })
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve))
    open.push({
      async [Symbol.asyncDispose]() {
        tls.closeAllConnections()
        await new Promise((resolve) => tls.close(resolve))
      },
    })
    // A server for TCP has a port.
    const { port } = tls.address() as AddressInfo
    const records = new Map([['A pool.test', [{ ttl: 60, data: Buffer.from([127, 0, 0, 1]) }]]])
    const server = await opened(aDnsServer(records))
    const node = await opened(
      aNode({ settings: { dns: { ...dnsDefaults, dns_resolver: [server.address] } } }),
    )
    const { target, apply } = await world({}, node, { protocol: 'https' })
    target(port, 100, 'pool.test')
    await apply()
    expect(await answers(node.url, 1, 1)).toEqual({ [`pool.test pool.test:${port}`]: 1 })
  })
})

describe('a request that has nowhere to go', () => {
  it('is answered by why, in the words of Kong', async () => {
    const server = await opened(aDnsServer(new Map()))
    const node = await opened(
      aNode({ settings: { dns: { ...dnsDefaults, dns_resolver: [server.address] } } }),
    )
    const { author, target, apply } = await world({ algorithm: 'latency' }, node)
    for (const [path, host] of [
      ['/none', 'none.test'],
      ['/fail', 'fail.test'],
    ] as const)
      author.put('routes', { paths: [path], service: { id: author.put('services', { host }).id } })
    await apply()
    const said = async (path: string): Promise<string> => {
      const response = await fetch(`${node.url}${path}`)
      const text = await response.text()
      return `${response.status} ${/"message":"(.*)"/.exec(text)?.[1]}`
    }
    expect(await said('/')).toBe('503 failure to get a peer from the ring-balancer')
    expect(await said('/none')).toBe('503 name resolution failed')
    expect(await said('/fail')).toBe(
      "500 failed the initial dns/balancer resolve for 'fail.test' with: dns server error: 2 server failure",
    )
    target(await freePort())
    await apply()
    // Nothing listens there, and there is no other.
    expect(await said('/')).toBe('503 The upstream server is currently unavailable')
  })
})
