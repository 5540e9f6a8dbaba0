import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import http, { type RequestListener } from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateClusterPair } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { describe, expect, it } from 'vitest'
import { openHub } from './fixtures/a-hub.ts'
import { anUpstream, serviceAt } from './fixtures/an-upstream.ts'
import { closedAfterEach } from './fixtures/closed-after-each.ts'
import { ConfigAuthor } from './fixtures/config-author.ts'
import { type NodeProcess, startProcess } from './fixtures/node-process.ts'

const pair = await generateClusterPair()
const open = closedAfterEach()

interface Node extends NodeProcess {
  readonly proxy: number
  readonly status: number
}

type Given = Readonly<Record<string, string>>

/** Nodes that serve one route. */
async function nodes(count: number, settings: Given, answer?: RequestListener): Promise<Node[]> {
  const upstream = await anUpstream(answer)
  upstream.server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.on('error', () => undefined).on('end', () => socket.end())
  })
  const author = new ConfigAuthor()
  const { id } = author.put('services', serviceAt(upstream))
  author.put('routes', { paths: ['/'], service: { id } })
  const hubPort = await freePort()
  const hub = await openHub(hubPort, pair, author)
  open.push(upstream, hub)
  return Promise.all(Array.from({ length: count }, () => aNode(hubPort, settings)))
}

async function aNode(hub: number, settings: Given): Promise<Node> {
  const prefix = await mkdtemp(join(tmpdir(), 'biplane-drain-'))
  const [proxy, status] = [await freePort(), await freePort()]
  const node = startProcess({
    prefix,
    cluster_cert: Buffer.from(pair.cert).toString('base64'),
    cluster_cert_key: Buffer.from(pair.key).toString('base64'),
    cluster_control_plane: `127.0.0.1:${hub}`,
    proxy_listen: `127.0.0.1:${proxy}`,
    status_listen: `127.0.0.1:${status}`,
    nginx_worker_processes: '2',
    ...settings,
  })
  open.push({
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]()
      await rm(prefix, { recursive: true, force: true })
    },
  })
  await expect.poll(() => readiness({ status }), { timeout: 60_000 }).toBe('ready')
  return { ...node, proxy, status }
}

async function readiness({ status }: Pick<Node, 'status'>): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${status}/status/ready`).catch(() => null)
  if (response === null) return 'gone'
  const { message } = (await response.json()) as { message: string } // the body of Kong's readiness
  return message
}

interface Answer {
  readonly code: number | undefined
  readonly closes: boolean
}

/** A client that keeps its connection until it is told that it closes. */
function aClient(port: number): { ask(): Promise<Answer>; leave(): void } {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const ask = (): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', port, agent }, (response) => {
        const answer = { code: response.statusCode, closes: response.headers.connection === 'close' }
        response.resume().on('end', () => resolve(answer))
      })
      request.on('error', reject)
    })
  return { ask, leave: () => agent.destroy() }
}

/** Asks without a pause; every new connection goes to a node that says it is ready. */
async function loadOf(targets: readonly Node[], failures: unknown[], done: AbortSignal): Promise<number> {
  let asked = 0
  while (!done.aborted) {
    const states = await Promise.all(targets.map(readiness))
    const target = targets.find((_, i) => states[i] === 'ready')
    if (target === undefined) continue
    const client = aClient(target.proxy)
    for (let stay = true; stay && !done.aborted; asked += 1) {
      const answer = await client.ask().catch((error: unknown) => ({ code: error, closes: true }))
      if (answer.code !== 200) failures.push(answer.code)
      stay = !answer.closes
    }
    client.leave()
  }
  return asked
}

// Three real processes each: a busy machine takes its time.
describe('a node that SIGTERM tells to stop, with a drain_delay', { timeout: 120_000 }, () => {
  it('loses no request of clients that go where readiness sends them', async () => {
    const [first, second] = await nodes(2, { drain_delay: '5' })
    if (first === undefined || second === undefined) throw new Error('two nodes were started')
    const failures: unknown[] = []
    const done = new AbortController()
    const clients = Array.from({ length: 8 }, () => loadOf([first, second], failures, done.signal))
    const took = async ({ status }: Node) =>
      Number(/kong_nginx_requests_total\{.*\} (\d+)/.exec(await metricsAt(status))?.[1] ?? 0)
    await expect.poll(() => took(first), { timeout: 60_000 }).toBeGreaterThan(100)
    first.child.kill('SIGTERM')
    expect(await first.exited).toBe(0)
    const before = await took(second)
    await expect.poll(() => took(second), { timeout: 60_000 }).toBeGreaterThan(before + 100)
    done.abort()
    await Promise.all(clients)
    expect(failures).toEqual([])
  })

  it('is not ready at once, and still accepts and answers, each time for the last time', async () => {
    const [node] = await nodes(1, { drain_delay: '60' })
    if (node === undefined) throw new Error('a node was started')
    const kept = aClient(node.proxy)
    expect(await kept.ask()).toEqual({ code: 200, closes: false })
    node.child.kill('SIGTERM')
    await expect.poll(() => readiness(node), { timeout: 30_000 }).toBe('draining')
    expect(await kept.ask()).toEqual({ code: 200, closes: true })
    expect(await aClient(node.proxy).ask()).toEqual({ code: 200, closes: true })
    node.child.kill('SIGTERM')
    expect(await node.exited).toBe(1)
  })

  it('does not wait when SIGINT tells it', async () => {
    const [node] = await nodes(1, { drain_delay: '60' })
    node?.child.kill('SIGINT')
    expect(await node?.exited).toBe(0)
  })
})

describe('a node that is told to stop', { timeout: 120_000 }, () => {
  it('waits for requests and tunnels, and cuts and counts what has not ended in time', async () => {
    let asked = 0
    const settings = { nginx_main_worker_shutdown_timeout: '3s' }
    const [node] = await nodes(1, settings, (request, response) => {
      asked += 1
      if (request.url === '/never') return
      // Ends after the node was told to stop.
      void node?.logged('stopping').then(() => response.end('in time'))
    })
    if (node === undefined) throw new Error('a node was started')
    const never = fetch(`http://127.0.0.1:${node.proxy}/never`).catch(() => 'cut')
    const soon = fetch(`http://127.0.0.1:${node.proxy}/soon`).then((response) => response.text())
    const tunnel = net.connect(node.proxy, '127.0.0.1')
    tunnel.write(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    await once(tunnel, 'data')
    await expect.poll(() => asked, { timeout: 60_000 }).toBe(2)
    node.child.kill('SIGQUIT')
    expect([await soon, await never, await node.exited]).toEqual(['in time', 'cut', 0])
    expect(
      await node.logged('requests, tunnels and streams that had not ended in time were cut'),
    ).toMatchObject({
      requests: 1,
      tunnels: 1,
    })
    tunnel.destroy()
  })
})

async function metricsAt(status: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${status}/metrics`)).text()
}
