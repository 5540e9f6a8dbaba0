import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { readProxyHead } from './proxy-head.ts'

/** The clients of connections that others have opened for them. */
export class ProxiedClients {
  readonly #clients = new Map<string, string>()
  /** Connections that have not said yet for whom they are. */
  readonly #unknown = new Set<Socket>()

  /** @returns the client that was named at the other end of this connection, if one was */
  behind(socket: Socket): string | null {
    return this.#clients.size === 0 ? null : (this.#clients.get(endsOf(socket)) ?? null)
  }

  add(socket: Socket, client: string): void {
    const ends = endsOf(socket)
    this.#clients.set(ends, client)
    socket.once('close', () => this.#clients.delete(ends))
  }

  /** @returns what ends the wait */
  await(socket: Socket): () => void {
    this.#unknown.add(socket)
    return () => this.#unknown.delete(socket)
  }

  /** Whoever has not said it by now is too late. */
  close(): void {
    for (const socket of this.#unknown) socket.destroy()
  }
}

/** What a connection is known by: TLS gives another socket than the one that began it. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}

/**
 * Has a server read the head of the PROXY protocol before anything else of a connection. One that does not begin with it is
 * closed.
 *
 * @param headMs how long it may take
 */
export function expectProxyHead(server: Server, clients: ProxiedClients, headMs: number): void {
  const accept = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const known = clients.await(socket)
    socket.once('close', known)
    takeProxyHead(socket, headMs, (client) => {
      known()
      if (client !== null) clients.add(socket, client)
      for (const listener of accept) listener.call(server, socket)
    })
  })
}

/**
 * Reads the head of the PROXY protocol, and nothing behind it. A connection that does not begin with it in time is closed.
 *
 * @param taken told the client that the head names; null where it names none
 */
export function takeProxyHead(socket: Socket, headMs: number, taken: (client: string | null) => void): void {
  let bytes: Buffer = Buffer.alloc(0)
  const giveUp = (): void => {
    socket.destroy()
  }
  const late = setTimeout(giveUp, headMs)
  socket.once('close', () => clearTimeout(late))
  socket.on('error', giveUp)
  const read = (): void => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    bytes = Buffer.concat([bytes, chunk])
    const head = readProxyHead(bytes)
    if (head.kind === 'part') return
    clearTimeout(late)
    socket.off('readable', read).off('error', giveUp).off('end', giveUp)
    if (head.kind === 'malformed') {
      giveUp()
      return
    }
    if (bytes.byteLength > head.length) socket.unshift(bytes.subarray(head.length))
    taken(head.client)
  }
  socket.on('readable', read).on('end', giveUp)
}
