import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type {
  IncomingStream,
  StreamAddress,
  StreamEngine,
  StreamHandle,
  StreamSurroundings,
} from '../streams/stream.ts'
import { plainAddress } from './describe-request.ts'
import { asAddress, UdpExchange } from './udp-exchange.ts'

/** What may have come and wait to be read, as far as the system allows it (`net.core.rmem_max`). */
const RECEIVED_BYTES = 2 * 1024 * 1024

/** What may wait to be sent to the clients of one address; the rest is lost. */
const MOST_QUEUED_BYTES = 4 * 1024 * 1024

/** A session that was silent for so long makes place for another one, and ends when the node stops. Milliseconds. */
const QUIET_MS = 1_000

/**
 * Carries datagrams. All that comes from one address of a client within the read timeout of its service is one stream. The
 * system gives each client to one worker, as long as none comes or goes.
 */
export function udpStreamEngine(handle: StreamHandle, surroundings: StreamSurroundings): StreamEngine {
  const sessions = new UdpSessions(handle, surroundings)
  const sockets: Socket[] = []
  return {
    async listen(address) {
      const socket = await bound(address)
      const { address: ip, port } = socket.address()
      // To which address of the machine a datagram was sent is not told where all are listened on.
      const isAny = ip === '0.0.0.0' || ip === '::'
      const place = { socket, name: sockets.push(socket), address: isAny ? '' : plainAddress(ip), port }
      socket.on('error', ignore).on('message', (data, from) => sessions.take(data, from, place))
      return port
    },
    async close(graceMs) {
      const cut = await sessions.end(graceMs)
      for (const socket of sockets.splice(0)) socket.close()
      return cut
    },
  }
}

function bound({ host, port }: StreamAddress): Promise<Socket> {
  const type = isIPv6(host) ? 'udp6' : 'udp4'
  const socket = createSocket({ type, reusePort: true, lookup: asAddress, recvBufferSize: RECEIVED_BYTES })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** Where datagrams come in. */
interface Place {
  readonly socket: Socket
  /** Unlike those of the others. */
  readonly name: number
  /** Empty for any. */
  readonly address: string
  readonly port: number
}

function describe(from: RemoteInfo, { address, port }: Place): IncomingStream {
  const peer = plainAddress(from.address)
  const known = { peer, peerPort: from.port, proxied: null, address, port }
  return { transport: 'udp', isTls: false, serverName: undefined, ...known }
}

interface Session {
  readonly exchange: UdpExchange
  activeAt: number
}

/** The sessions of a worker, those that were silent longest first. */
class UdpSessions {
  readonly #handle: StreamHandle
  readonly #surroundings: StreamSurroundings
  readonly #open = new Map<string, Session>()
  #isEnding = false
  #emptied: (() => void) | undefined

  constructor(handle: StreamHandle, surroundings: StreamSurroundings) {
    this.#handle = handle
    this.#surroundings = surroundings
  }

  take(data: Buffer, from: RemoteInfo, place: Place): void {
    const key = `${place.name} ${from.port} ${from.address}`
    const known = this.#open.get(key)
    if (known !== undefined) {
      known.exchange.take(data)
      return
    }
    // Whoever names no port (RFC 768) cannot be answered.
    if (this.#isEnding || from.port === 0) return
    this.#surroundings.connected('udp')
    if (!this.#surroundings.hasRoom('udp') && !this.#giveUpOldest()) {
      this.#surroundings.refused()
      this.#surroundings.disconnected('udp')
      return
    }
    const exchange = new UdpExchange(describe(from, place), {
      reply: (answer) => {
        const { socket } = place
        if (socket.getSendQueueSize() > MOST_QUEUED_BYTES) return
        socket.send(answer, from.port, from.address, ignore)
      },
      active: () => this.#renew(key),
      surroundings: this.#surroundings,
    })
    this.#open.set(key, { exchange, activeAt: performance.now() })
    exchange.take(data)
    void this.#handle(exchange).then(() => this.#forget(key, exchange))
  }

  /**
   * Takes no new ones. Those that are silent end now or as soon as they are, since nothing else tells the end of one; the
   * others when the time is over. @returns how many these were
   */
  async end(graceMs: number): Promise<number> {
    this.#isEnding = true
    if (this.#open.size === 0) return 0
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#emptied = resolve
    this.#endQuiet()
    const watch = setInterval(() => this.#endQuiet(), QUIET_MS / 4)
    let cut = 0
    const late = setTimeout(() => {
      cut = this.#open.size
      for (const { exchange } of this.#open.values()) exchange.finish('cut')
      // What a plugin has not decided yet is not waited for.
      setImmediate(resolve)
    }, graceMs)
    await promise
    clearInterval(watch)
    clearTimeout(late)
    return cut
  }

  #renew(key: string): void {
    const session = this.#open.get(key)
    if (session === undefined) return
    session.activeAt = performance.now()
    this.#open.delete(key)
    this.#open.set(key, session)
  }

  #forget(key: string, exchange: UdpExchange): void {
    exchange.close()
    // Another one may have come in its place.
    if (this.#open.get(key)?.exchange === exchange) this.#open.delete(key)
    this.#surroundings.disconnected('udp')
    if (this.#open.size === 0) this.#emptied?.()
  }

  /** @returns whether there was one that was silent long enough */
  #giveUpOldest(): boolean {
    for (const [key, session] of this.#open) {
      if (!isQuiet(session)) return false
      this.#open.delete(key)
      session.exchange.finish('idle')
      return true
    }
    return false
  }

  #endQuiet(): void {
    for (const session of this.#open.values()) {
      if (!isQuiet(session)) return
      session.exchange.finish('idle')
    }
  }
}

function isQuiet({ activeAt }: Session): boolean {
  return performance.now() - activeAt >= QUIET_MS
}

function ignore(): void {
  // What cannot be sent is lost.
}
