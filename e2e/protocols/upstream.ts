import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { WebSocketServer } from 'ws'
import type { Pair } from './certificates.ts'
import { type GrpcUpstream, startGrpcUpstream } from './grpc.ts'

/** Everything that routes lead to, under one name, which each answer begins with. */
export interface Upstream {
  readonly name: string
  /** Messages of a WebSocket come back, at `/events` something happens all the time, else the body comes back as it comes. */
  readonly http: number
  readonly grpc: GrpcUpstream
  /** Lines come back. */
  readonly tcp: number
  /** The same by TLS. */
  readonly tls: number
  close(): Promise<void>
}

export async function startUpstream(name: string, pair: Pair): Promise<Upstream> {
  const grpc = await startGrpcUpstream(name, pair)
  const web = createServer((request, response) => {
    if (request.url === '/events') return tellEvents(name, response)
    return giveBack(name, request, response)
  })
  const webSockets = new WebSocketServer({ server: web })
  webSockets.on('connection', (socket) =>
    socket.on('message', (message) => socket.send(`${name}:${String(message)}`)),
  )
  const open = new Set<Socket>()
  const echo = (socket: Socket) => echoLines(name, socket, open)
  const tcp = createTcpServer({ allowHalfOpen: true }, echo)
  const tls = createTlsServer({ cert: readFileSync(pair.certFile), key: readFileSync(pair.keyFile) }, echo)
  const [httpPort, tcpPort, tlsPort] = await Promise.all(
    [web, tcp, tls].map(async (server) => {
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      return (server.address() as AddressInfo).port // it listens on a port
    }),
  )
  return {
    name,
    http: httpPort ?? 0,
    grpc,
    tcp: tcpPort ?? 0,
    tls: tlsPort ?? 0,
    async close() {
      grpc.close()
      for (const socket of webSockets.clients) socket.terminate()
      web.closeAllConnections()
      for (const socket of open) socket.destroy()
      await Promise.all([web, tcp, tls].map((server) => new Promise((done) => server.close(done))))
    },
  }
}

const EVENT_EVERY_MS = 20

function tellEvents(name: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let id = 0
  const timer = setInterval(() => {
    id += 1
    response.write(`id: ${id}\ndata: ${name}:${id}\n\n`)
  }, EVENT_EVERY_MS)
  response.on('close', () => clearInterval(timer))
}

function giveBack(name: string, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/octet-stream' })
  response.flushHeaders()
  request.on('data', (chunk: Buffer) => response.write(`${name}:${chunk}`))
  request.on('end', () => response.end())
}

function echoLines(name: string, socket: Socket, open: Set<Socket>): void {
  open.add(socket)
  socket.on('close', () => open.delete(socket))
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => socket.write(String(chunk).replace(/^(?=.)/gm, `${name}:`)))
  socket.on('end', () => socket.end())
}
