import type { Server } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ClientState, isWornOut, lookAt, newClient, type Patience } from '../overload/patience.ts'
import type { Cut } from './engine.ts'
import type { NodeExchange } from './node-exchange.ts'
import type { EngineSurroundings } from './node-http.ts'
import type { Tunnels } from './tunnel.ts'

const SWEEP_MS = 100

/** How often clients are looked at; where one of the times is short, more often. */
const LOOK_MS = 1000

/** How long a connection must have been idle to be given up for another one. */
const IDLE_MS = 1000
/** As many as Kong's server gives up at once. */
const GIVEN_UP_AT_ONCE = 32

/** The connection of a client. */
export interface Client extends ClientState {
  readonly socket: Socket
  /** The request that it has sent last, until it is answered. */
  newest: NodeExchange | undefined
  /** False once nothing more is read of it. */
  isHeard: boolean
  /** Given when it speaks HTTP/2, where requests do not follow each other. */
  session: ClientSession | undefined
}

/** A connection as HTTP/2 knows it. */
export interface ClientSession {
  /** Tells the client that no further request is taken. It is closed with the last answer. False when it was told before. */
  leave(): boolean
  /** Ends it if its client only keeps its server busy. */
  endIfFlooded(now: number): void
}

/** The clients of an engine, so that none stays for ever, and all can be let go in order. */
export class Connections {
  readonly tunnels: Tunnels = new Set()
  readonly #patience: Patience
  readonly #surroundings: Pick<EngineSurroundings, 'draining' | 'tooSlow'>
  readonly #servers: Server[] = []
  readonly #clients = new Map<Duplex, Client>()
  /** What TLS goes over, which may never become a client. */
  readonly #carriers = new Set<Socket>()
  readonly #looking: NodeJS.Timeout
  #givenUp = 0
  /** Before this moment none can have been idle for long enough to be given up. */
  #noneIdleBefore = 0
  #closing = false

  constructor(patience: Patience, surroundings: Pick<EngineSurroundings, 'draining' | 'tooSlow'>) {
    this.#patience = patience
    this.#surroundings = surroundings
    const { headMs, sendMs, keepAliveMs } = patience
    const shortest = Math.min(headMs, sendMs, keepAliveMs === 0 ? headMs : keepAliveMs)
    this.#looking = setInterval(() => this.#look(), Math.min(LOOK_MS, shortest / 4))
    this.#looking.unref()
  }

  watch(server: Server): void {
    this.#servers.push(server)
    const isSecure = server instanceof https.Server
    if (isSecure) {
      server.on('connection', (carrier: Socket) => {
        this.#carriers.add(carrier)
        carrier.on('close', () => this.#carriers.delete(carrier))
      })
    }
    // Before anybody else, who may ask for it.
    server.prependListener(isSecure ? 'secureConnection' : 'connection', (socket: Socket) => {
      const known = newClient(performance.now())
      this.#clients.set(socket, { ...known, socket, newest: undefined, isHeard: true, session: undefined })
      socket.on('close', () => this.#clients.delete(socket))
    })
  }

  /** Undefined once it is gone. */
  of(socket: Duplex): Client | undefined {
    return this.#clients.get(socket)
  }

  /** Whether the answer that begins now is to be the last of this connection. */
  isToLeave(client: ClientState): boolean {
    const isClosing = this.#closing || this.#surroundings.draining()
    return isClosing || isWornOut(client, this.#patience, performance.now())
  }

  /** How many connections were given up and are not closed yet. */
  get leaving(): number {
    return this.#givenUp
  }

  /**
   * Closes some of the connections that have been idle for longest, as Kong's server does, so that others find room: a client
   * has to expect that of a connection that it does not use. False when none is idle.
   */
  giveUpIdle(): boolean {
    const now = performance.now()
    if (now < this.#noneIdleBefore) return false
    const until = now - IDLE_MS
    let oldest = Number.POSITIVE_INFINITY
    for (const { unanswered, idleSince } of this.#clients.values())
      if (unanswered === 0 && idleSince < oldest) oldest = idleSince
    if (oldest > until) {
      this.#noneIdleBefore = Math.min(oldest, now) + IDLE_MS
      return false
    }
    const bound = oldest + (until - oldest) / 8
    let left = GIVEN_UP_AT_ONCE
    for (const { unanswered, idleSince, session, socket } of this.#clients.values()) {
      if (unanswered > 0 || idleSince > bound) continue
      session?.leave()
      this.#givenUp += 1
      socket.on('close', () => {
        this.#givenUp -= 1
      })
      this.#clients.delete(socket)
      socket.destroy()
      left -= 1
      if (left === 0) break
    }
    return true
  }

  /**
   * Waits for requests in flight and for tunnels, and cuts those that are late. Connections that are or become idle are
   * closed at once, those over which nothing has come yet a little later: their first request may be on its way.
   */
  async close(graceMs: number): Promise<Cut> {
    this.#closing = true
    const cut = { requests: 0, tunnels: 0 }
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)))
    const silentFrom = performance.now() + IDLE_MS
    const sweep = (): void => {
      for (const server of this.#servers) server.closeIdleConnections()
      this.#leaveSessions()
      if (performance.now() >= silentFrom) this.#leaveSilent()
    }
    sweep()
    const sweeping = setInterval(sweep, SWEEP_MS)
    const late = setTimeout(() => this.#cut(cut), graceMs)
    await Promise.all(closed)
    clearInterval(sweeping)
    clearInterval(this.#looking)
    clearTimeout(late)
    return cut
  }

  /** To node:http, which would wait for them, those are not idle that were opened for later and have not said a word. */
  #leaveSilent(): void {
    for (const socket of this.#carriers) if (socket.bytesRead === 0) socket.destroy()
    for (const { socket, requests } of this.#clients.values())
      if (requests === 0 && socket.bytesRead === 0) socket.destroy()
  }

  /** Whoever was told and does not go is closed a little later. */
  #leaveSessions(): void {
    const until = performance.now() - IDLE_MS
    for (const { idleSince, session, socket, unanswered } of this.#clients.values()) {
      const isTold = session?.leave() === false
      if (isTold && unanswered === 0 && idleSince < until) socket.destroy()
    }
  }

  #cut(cut: { requests: number; tunnels: number }): void {
    for (const { socket, unanswered } of this.#clients.values()) {
      if (this.tunnels.has(socket)) cut.tunnels += 1
      else cut.requests += unanswered
      socket.destroy()
    }
    for (const carrier of this.#carriers) carrier.destroy()
  }

  #look(): void {
    const now = performance.now()
    for (const client of this.#clients.values()) {
      const { session, socket } = client
      session?.endIfFlooded(now)
      const waiting = socket.writableLength
      // Of HTTP/2, what is read besides requests keeps no connection.
      const read = session === undefined ? socket.bytesRead : client.readWhenIdle
      const seen = { read, taken: socket.bytesWritten - waiting, waiting }
      const verdict = lookAt(client, this.#patience, seen, now)
      if (verdict === null || (verdict === 'idle' && session?.leave())) continue
      if (verdict !== 'idle') this.#surroundings.tooSlow(verdict)
      socket.destroy()
    }
  }
}
