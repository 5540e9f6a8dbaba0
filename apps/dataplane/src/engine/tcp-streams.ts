import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Limits } from '../overload/limits.ts'
import type { Patience } from '../overload/patience.ts'
import { PendingConnects } from '../overload/pending-connects.ts'
import type { StreamAddress, StreamEngine, StreamHandle, StreamSurroundings } from '../streams/stream.ts'
import { plainAddress } from './describe-request.ts'
import { listen } from './http-servers.ts'
import { peekHello } from './peek-hello.ts'
import { takeProxyHead } from './proxied-clients.ts'
import { type ExchangeParts, TcpExchange } from './tcp-exchange.ts'

export interface TcpStreamSettings {
  readonly patience: Pick<Patience, 'headMs'>
  readonly limits: Pick<Limits, 'pendingConnects'>
}

/**
 * Carries connections of TCP, and of TLS that ends here or goes on.
 *
 * @param contextFor what a handshake with a client of a server name is made with
 */
export function tcpStreamEngine(
  handle: StreamHandle,
  settings: TcpStreamSettings,
  contextFor: ExchangeParts['contextFor'],
  surroundings: StreamSurroundings,
): StreamEngine {
  const { headMs } = settings.patience
  const pending = new PendingConnects(settings.limits.pendingConnects, () => performance.now())
  const streams = new TcpStreams(handle, { pending, surroundings, contextFor, headMs })
  const servers: Server[] = []

  const accept = (socket: Socket, address: StreamAddress): void => {
    surroundings.connected('tcp')
    socket.on('close', () => surroundings.disconnected('tcp')).on('error', () => socket.destroy())
    if (!surroundings.hasRoom('tcp')) {
      surroundings.refused()
      socket.destroy()
      return
    }
    streams.await(socket)
    const named = (proxied: string | null): void => {
      if (!address.isTls) streams.take(socket, { isTls: false, serverName: undefined, proxied })
      else
        peekHello(socket, headMs, surroundings.tooSlow, (hello) => {
          const serverName = hello.kind === 'hello' ? hello.serverName : undefined
          streams.take(socket, { isTls: true, serverName, proxied })
        })
    }
    if (address.proxyProtocol) takeProxyHead(socket, headMs, named)
    else named(null)
  }

  return {
    listen(address) {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => accept(socket, address))
      servers.push(server)
      return listen(server, address)
    },
    async close(graceMs) {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)))
      streams.leaveUnbegun()
      let cut = 0
      const late = setTimeout(() => {
        cut = streams.cut()
      }, graceMs)
      await Promise.all(closed)
      clearTimeout(late)
      await streams.told()
      return cut
    },
  }
}

/** Milliseconds that a stream may take from its end until it is logged. */
const TOLD_MS = 1_000

/** The streams that are open. */
class TcpStreams {
  readonly #handle: StreamHandle
  readonly #parts: ExchangeParts
  /** Connections that have not said yet what they need to say before they are streams. */
  readonly #unbegun = new Set<Socket>()
  readonly #open = new Set<TcpExchange>()
  readonly #stories = new Set<Promise<void>>()

  constructor(handle: StreamHandle, parts: ExchangeParts) {
    this.#handle = handle
    this.#parts = parts
  }

  await(socket: Socket): void {
    this.#unbegun.add(socket)
    socket.once('close', () => this.#unbegun.delete(socket))
  }

  take(
    socket: Socket,
    told: {
      readonly isTls: boolean
      readonly serverName: string | undefined
      readonly proxied: string | null
    },
  ): void {
    this.#unbegun.delete(socket)
    const { remoteAddress, remotePort, localAddress, localPort } = socket
    // A client that has left already has no address any more.
    if (remoteAddress === undefined || remotePort === undefined || localAddress === undefined) {
      socket.destroy()
      return
    }
    const stream = {
      ...{ transport: 'tcp' as const, ...told, peer: plainAddress(remoteAddress), peerPort: remotePort },
      ...{ address: plainAddress(localAddress), port: localPort ?? 0 },
    }
    const exchange = new TcpExchange(socket, stream, this.#parts)
    this.#open.add(exchange)
    const story = this.#handle(exchange).finally(() => {
      exchange.close()
      this.#open.delete(exchange)
      this.#stories.delete(story)
    })
    this.#stories.add(story)
  }

  /** Resolves when all streams that are over have been logged. A plugin that waits for something else holds up no stop. */
  async told(): Promise<void> {
    await Promise.race([Promise.all(this.#stories), pause(TOLD_MS, undefined, { ref: false })])
  }

  leaveUnbegun(): void {
    for (const socket of this.#unbegun) socket.destroy()
  }

  /** @returns how many there were */
  cut(): number {
    const { size } = this.#open
    for (const exchange of this.#open) exchange.cut()
    return size
  }
}
