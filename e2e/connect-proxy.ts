import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { connect, type Socket } from 'node:net'

/** A forward proxy as companies have it at their edge. */
export interface ConnectProxy {
  /** `host:port` */
  readonly address: string
  /** What was asked of it: `host:port`, or the status that it answered before that. */
  readonly asked: readonly string[]
  /** Tunnels that are open. */
  readonly open: number
  /** Bytes that passed, either way. */
  readonly passed: Buffer
  close(): Promise<void>
}

export interface ConnectProxyOptions {
  readonly user: string
  readonly password: string
  /** Hosts that only it knows, by name. */
  readonly hosts: Readonly<Record<string, string>>
  /** With it, clients speak TLS to it. */
  readonly pair?: { readonly cert: string; readonly key: string }
}

export async function startConnectProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const { user, password, hosts, pair } = options
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const asked: string[] = []
  const passed: Buffer[] = []
  const tunnels = new Set<Socket>()
  const server = pair === undefined ? http.createServer() : https.createServer(pair)
  server.on('connect', (request, near: Socket) => {
    near.on('error', () => near.destroy())
    if (request.headers['proxy-authorization'] !== wanted) {
      asked.push(`407 ${request.url}`)
      return void near.end('HTTP/1.1 407 Proxy Authentication Required\r\nconnection: close\r\n\r\n')
    }
    asked.push(String(request.url))
    const { hostname, port } = new URL(`http://${request.url}`)
    const far = connect(Number(port), hosts[hostname] ?? hostname)
    far.once('connect', () => near.write('HTTP/1.1 200 Connection established\r\n\r\n'))
    far.once('error', () => near.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n'))
    tunnels.add(near)
    near.once('close', () => tunnels.delete(near) && far.destroy())
    far.once('close', () => near.destroySoon())
    for (const end of [near, far]) end.on('data', (data: Buffer) => passed.push(data))
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return {
    address: `127.0.0.1:${port}`,
    asked,
    get open() {
      return tunnels.size
    },
    get passed() {
      return Buffer.concat(passed)
    },
    async close() {
      for (const tunnel of tunnels) tunnel.destroy()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
