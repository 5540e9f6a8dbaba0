/** A socket, as far as it matters here. */
export interface Connection {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  once(event: 'close', listener: () => void): unknown
  destroy(): unknown
}

export interface HalfOpenLimits {
  readonly all: number
  /** Of one address; many nodes may share that of a balancer. */
  readonly ofOne: number
}

/** A whole fleet that comes back at once is let in within seconds: who is turned away tries again. */
const LIMITS: HalfOpenLimits = { all: 1024, ofOne: 256 }

/** Connections of which nobody knows yet whose they are. Opening them costs a stranger nothing, so they are few. */
export class HalfOpen {
  readonly #limits: HalfOpenLimits
  /** By address, the one with the oldest connection first; by port within it, likewise. */
  readonly #byAddress = new Map<string, Map<number, Connection>>()
  #count = 0

  constructor(limits = LIMITS) {
    this.#limits = limits
  }

  /** Whether there is room for one more; where all are too many, whoever has most of them loses the oldest. */
  admit(socket: Connection): boolean {
    const [address, port] = placeOf(socket)
    const own = this.#byAddress.get(address) ?? new Map<number, Connection>()
    if (own.size >= this.#limits.ofOne) return false
    if (this.#count >= this.#limits.all) {
      const greediest = this.#greediest()
      if (greediest.size <= own.size) return false
      const [oldest] = greediest.values()
      oldest?.destroy()
      if (oldest !== undefined) this.settle(oldest)
    }
    own.set(port, socket)
    this.#byAddress.set(address, own)
    this.#count += 1
    socket.once('close', () => own.get(port) === socket && this.#forget(address, port))
    return true
  }

  /** It is known whose it is. */
  settle(socket: Connection): void {
    this.#forget(...placeOf(socket))
  }

  #forget(address: string, port: number): void {
    const own = this.#byAddress.get(address)
    if (!own?.delete(port)) return
    this.#count -= 1
    if (own.size === 0) this.#byAddress.delete(address)
  }

  #greediest(): ReadonlyMap<number, Connection> {
    let most: ReadonlyMap<number, Connection> = new Map()
    for (const own of this.#byAddress.values()) if (own.size > most.size) most = own
    return most
  }
}

/** A TLS socket has the place of the one that it was made of. */
function placeOf({ remoteAddress, remotePort }: Connection): [address: string, port: number] {
  return [remoteAddress ?? '', remotePort ?? 0]
}
