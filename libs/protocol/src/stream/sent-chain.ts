import type { X509Certificate } from 'node:crypto'
import type { Server, TLSSocket } from 'node:tls'

/** More certificates than that are in no chain that would be accepted. */
const MOST = 16

/**
 * The certificates that peers show. Those that a peer sends besides its own can be read only once: a listener of Node.js
 * itself asks for its certificate when the handshake ends, and they are gone (nodejs/node#65579). Hence ours comes before
 * it, by the only event that names the socket of a handshake under way; the keys that it tells of are not looked at.
 */
export class SentChains {
  readonly #own = new WeakMap<TLSSocket, X509Certificate | null>()

  constructor(server: Server) {
    server.on('keylog', (_keys, socket) => {
      if (this.#own.has(socket)) return
      this.#own.set(socket, null)
      socket.prependOnceListener('secure', () => this.#own.set(socket, read(socket)))
    })
  }

  /** The certificate of the peer, then the others in the order in which it sent them; empty if it showed none. */
  of(socket: TLSSocket): X509Certificate[] {
    const chain: X509Certificate[] = []
    let next: X509Certificate | undefined = this.#own.get(socket) ?? read(socket) ?? undefined
    for (; next !== undefined && chain.length < MOST; next = next.issuerCertificate) chain.push(next)
    return chain
  }
}

function read(socket: TLSSocket): X509Certificate | null {
  return socket.getPeerX509Certificate() ?? null
}
