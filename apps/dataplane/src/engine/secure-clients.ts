import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ServedCertificates } from '../tls/served-certificates.ts'
import { peekHello } from './peek-hello.ts'

/**
 * Has a server choose the certificate by the name that a client asks for, before the handshake begins. Left to itself,
 * node:tls is asked only for clients that name a server and begin anew: those that take a session up again would get it under
 * any name, and TLS 1.2 would not even tell that name.
 *
 * @param protocols what clients are offered to speak over TLS (ALPN)
 * @param headMs how long what a client begins with may take, and then the handshake
 */
export function acceptByName(
  server: Server,
  certificates: Pick<ServedCertificates, 'contextFor'>,
  protocols: string[],
  headMs: number,
): void {
  server.removeAllListeners('connection')
  server.on('connection', (raw: Socket) => {
    raw.on('error', () => raw.destroy())
    peekHello(
      raw,
      headMs,
      () => undefined,
      (hello) => {
        const serverName = hello.kind === 'hello' ? hello.serverName : undefined
        const secure = new TLSSocket(raw, {
          isServer: true,
          server,
          secureContext: certificates.contextFor(serverName),
          ALPNProtocols: protocols,
          ...{ handshakeTimeout: headMs },
        })
        // Where no node:tls server has made it, this alone tells what goes wrong.
        secure.on('_tlsError', (error: Error) => secure.destroy(error))
        secure.once('secure', () => {
          Object.assign(secure, { servername: serverName ?? false })
          server.emit('secureConnection', secure)
        })
      },
    )
  })
}
