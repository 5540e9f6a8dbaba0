import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import type { ServedCertificates } from '../tls/served-certificates.ts'
import { plainAddress } from './describe-request.ts'
import { peekHello } from './peek-hello.ts'

/**
 * Has a server choose the certificate by the name that a client asks for, before the handshake begins. Left to itself,
 * node:tls is asked only for clients that name a server and begin anew: those that take a session up again would get it under
 * any name, and TLS 1.2 would not even tell that name.
 *
 * @param protocols what clients are offered to speak over TLS (ALPN)
 * @param headMs how long what a client begins with may take, and then the handshake
 * @param late told when one of both took too long
 */
export function acceptByName(
  server: Server,
  certificates: Pick<ServedCertificates, 'contextFor' | 'begin'>,
  protocols: string[],
  headMs: number,
  late: () => void,
): void {
  const accept = (raw: Socket, serverName: string | undefined): void => {
    if (raw.destroyed) return
    shakeHands(server, raw, serverName, certificates.contextFor(serverName), protocols, headMs, late)
  }
  server.removeAllListeners('connection')
  server.on('connection', (raw: Socket) => {
    raw.on('error', () => raw.destroy())
    peekHello(raw, headMs, late, (hello) => {
      const serverName = hello.kind === 'hello' ? hello.serverName : undefined
      const heard = certificates.begin(serverName, plainAddress(raw.remoteAddress))
      if (heard === undefined) accept(raw, serverName)
      else void heard.then(() => accept(raw, serverName))
    })
  })
}

function shakeHands(
  server: Server,
  raw: Socket,
  serverName: string | undefined,
  secureContext: SecureContext,
  protocols: string[],
  headMs: number,
  late: () => void,
): void {
  const secure = new TLSSocket(raw, {
    ...{ isServer: true, server, secureContext, ALPNProtocols: protocols },
  })
  // Where no node:tls server has made it, this alone tells what goes wrong.
  secure.on('_tlsError', (error: Error) => secure.destroy(error))
  // A client that says its hello and no more was seen to stay for ever under the timeout of node:tls.
  const patience = setTimeout(() => {
    late()
    secure.destroy()
  }, headMs)
  raw.once('close', () => clearTimeout(patience))
  secure.once('secure', () => {
    clearTimeout(patience)
    // What a server of node:tls would have set.
    Object.assign(secure, { servername: serverName ?? false, secureConnecting: false })
    server.emit('secureConnection', secure)
  })
}
