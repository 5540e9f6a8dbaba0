import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { generateCertificate } from '@biplane/service'
import { afterEach, describe, expect, it } from 'vitest'
import { anUpsert, MemorySource } from '../fixtures.ts'
import { Follower, silent, useCluster } from './fixtures.ts'
import type { ForwardProxy, Pair } from './index.ts'

const cluster = useCluster()
const proxies: AProxy[] = []
afterEach(() => {
  for (const proxy of proxies.splice(0)) proxy.close()
})

interface AProxy {
  readonly port: number
  /** What it was asked for, with the credentials. */
  readonly asked: string[]
  /** Ends all connections. */
  cut(): void
  close(): void
}

/** A real one, with the password `secret`. It knows the host `hub.test`, which nobody else does. */
async function aProxy(pair?: Pair): Promise<AProxy> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = pair === undefined ? http.createServer() : https.createServer(pair)
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', (request, near: Socket) => {
    const shown = Buffer.from(request.headers['proxy-authorization']?.slice(6) ?? '', 'base64')
    asked.push(`${request.url} ${shown}`)
    near.on('error', () => near.destroy())
    if (String(shown) !== 'node:secret') return void near.end('HTTP/1.1 407 x\r\n\r\n')
    const { hostname, port } = new URL(`http://${request.url}`)
    const far = connect(Number(port), hostname === 'hub.test' ? '127.0.0.1' : hostname)
    far.once('connect', () => near.write('HTTP/1.1 200 Connection established\r\n\r\n'))
    far.on('error', () => near.end('HTTP/1.1 502 x\r\n\r\n'))
    near.once('close', () => far.destroy())
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const close = () => {
    server.close()
    cut()
  }
  const proxy = { port, asked, cut, close }
  proxies.push(proxy)
  return proxy
}

/** Follows the sources at these addresses through a proxy; `told` is what is logged of it. */
function follow(
  addresses: readonly string[],
  { port }: Pick<AProxy, 'port'>,
  way: Partial<ForwardProxy> = {},
) {
  const told: string[] = []
  const troubles: string[] = []
  const onTrouble = (_address: string, reason: string) => troubles.push(reason)
  const log = { ...silent, warn: (_fields: object, message: string) => told.push(message) }
  const credentials = { user: 'node', password: 'secret' }
  const proxy = { host: '127.0.0.1', port, credentials, tls: null, ...way }
  const { pair } = cluster().identity
  const tls = { credentials: () => pair, proxy: () => proxy }
  const follower = new Follower()
  cluster().follow(follower, [], { addresses, tls, log, onTrouble })
  return { follower, told, troubles }
}

async function aSource(): Promise<{ source: MemorySource; port: number }> {
  const source = new MemorySource()
  source.write(anUpsert('a'))
  return { source, port: await cluster().serveSource(source) }
}

describe('a follower behind a forward proxy', () => {
  it('follows a source whose name only the proxy knows, and gets what changes', async () => {
    const { source, port } = await aSource()
    const proxy = await aProxy()
    const { follower } = follow([`hub.test:${port}`], proxy)
    await follower.until(() => follower.position.revision === 1)
    source.write(anUpsert('b'))
    await follower.until(() => follower.position.revision === 2)
    expect(proxy.asked).toEqual([`hub.test:${port} node:secret`])
  })

  it('does so through TLS in TLS as well', async () => {
    const { port } = await aSource()
    const wish = { commonName: 'proxy', dnsNames: [], ipAddresses: ['127.0.0.1'], days: 1, now: new Date() }
    const pair = await generateCertificate(wish)
    const proxy = await aProxy(pair)
    const { follower } = follow([`127.0.0.1:${port}`], proxy, {
      tls: { verify: true, authorities: [pair.cert] },
    })
    await follower.until(() => follower.position.revision === 1)
    expect(proxy.asked).toEqual([`127.0.0.1:${port} node:secret`])
  })

  it('goes on to the next source when the proxy cannot reach one', async () => {
    const { port } = await aSource()
    const proxy = await aProxy()
    const { follower, told } = follow(['127.0.0.1:1', `127.0.0.1:${port}`], proxy)
    await follower.until(() => follower.position.revision === 1)
    expect(proxy.asked).toEqual(['127.0.0.1:1 node:secret', `127.0.0.1:${port} node:secret`])
    expect(told[0]).toContain(`the proxy 127.0.0.1:${proxy.port} cannot reach 127.0.0.1:1 (502 Bad Gateway)`)
  })

  it('comes back when the proxy has lost it', async () => {
    const { source, port } = await aSource()
    const proxy = await aProxy()
    const { follower } = follow([`127.0.0.1:${port}`], proxy)
    await follower.until(() => follower.position.revision === 1)
    proxy.cut()
    await follower.until(() => follower.links.length === 3)
    source.write(anUpsert('b'))
    await follower.until(() => follower.position.revision === 2)
  })

  it('tells once why there is no way through', async () => {
    const { port } = await aSource()
    const proxy = await aProxy()
    const { told, troubles } = follow([`127.0.0.1:${port}`], proxy, { credentials: null })
    await expect.poll(() => proxy.asked.length, { timeout: 20_000 }).toBeGreaterThan(3)
    expect(told).toHaveLength(1)
    expect(troubles.length).toBeGreaterThan(2)
    expect(told[0]).toContain('does not accept user and password of proxy_server (407')
  })

  it('tells that the proxy is not there, and not the source', async () => {
    const { told } = follow(['hub.test:8005'], { port: 1 })
    await expect.poll(() => told.length, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(told[0]).toMatch(/ECONNREFUSED.*by way of the proxy 127\.0\.0\.1:1/)
  })
})
