import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'

export type EndedTls = { readonly secure: TLSSocket } | { readonly why: string }

/**
 * Ends the TLS of a connection that was accepted elsewhere. One without a handshake is closed.
 *
 * @param raw nothing of it is flowing; what it was looked at for has been put back
 * @param headMs how long the handshake may take
 */
export function endTls(raw: Socket, secureContext: SecureContext, headMs: number): Promise<EndedTls> {
  const { promise, resolve } = Promise.withResolvers<EndedTls>()
  // Who says no more before there is a handshake does not want one.
  raw.allowHalfOpen = false
  const secure = new TLSSocket(raw, { isServer: true, secureContext })
  const late = setTimeout(() => secure.destroy(new Error('the handshake took too long')), headMs)
  secure.once('secure', () => {
    clearTimeout(late)
    secure.allowHalfOpen = true
    resolve({ secure })
  })
  secure.on('error', ({ message: why }) => resolve({ why }))
  secure.once('close', () => {
    clearTimeout(late)
    resolve({ why: 'the client left' })
  })
  // What is broken after the handshake is told by this alone where there is no server.
  secure.on('_tlsError', (error: Error) => secure.destroy(error))
  return promise
}
