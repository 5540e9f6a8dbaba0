import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { NodeExchange } from './node-exchange.ts'
import type { Tunnels } from './tunnel.ts'

const SWEEP_MS = 100

/** The clients of an engine, so that they can be let go in order. */
export class Connections {
  readonly tunnels: Tunnels = new Set()
  readonly #servers: Server[] = []
  /** Sockets that the servers gave away: tunnels, and what may become one. */
  readonly #upgrades = new Set<Duplex>()
  /** The request that each client has sent last. */
  readonly #newest = new WeakMap<Duplex, NodeExchange>()
  /** Clients of whom nothing more is read. */
  readonly #unheard = new WeakSet<Duplex>()
  #closing = false

  watch(server: Server): void {
    this.#servers.push(server)
    server.on('upgrade', (_incoming, socket) => {
      this.#upgrades.add(socket)
      socket.on('close', () => this.#upgrades.delete(socket))
    })
  }

  received(exchange: NodeExchange, client: Duplex): void {
    this.#newest.set(client, exchange)
  }

  newestOf(client: Duplex): NodeExchange | undefined {
    return this.#newest.get(client)
  }

  /** Whatever the client sends from now on is not looked at: nobody knows any more where its next request begins. */
  stopHearing(client: Duplex): void {
    this.#unheard.add(client)
  }

  hears(client: Duplex): boolean {
    return !this.#unheard.has(client)
  }

  get closing(): boolean {
    return this.#closing
  }

  /**
   * Whether the client awaits no answer after this one. Requests that it has sent ahead are under way: an answer that
   * closes the connection loses those behind it.
   */
  isLast(exchange: NodeExchange, client: Duplex): boolean {
    return this.#newest.get(client) === exchange
  }

  /** Waits for requests in flight; connections that are or become idle are closed at once, and so are tunnels. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)))
    this.#sweep()
    const sweeping = setInterval(() => this.#sweep(), SWEEP_MS)
    const late = setTimeout(() => this.#breakOff(), graceMs)
    await Promise.all(closed)
    clearInterval(sweeping)
    clearTimeout(late)
  }

  #sweep(): void {
    for (const server of this.#servers) server.closeIdleConnections()
    for (const client of this.tunnels) client.destroy()
  }

  #breakOff(): void {
    for (const server of this.#servers) server.closeAllConnections()
    for (const client of this.#upgrades) client.destroy()
  }
}
