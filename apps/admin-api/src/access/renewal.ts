import type https from 'node:https'
import type { Socket } from 'node:net'

/**
 * Gives a server what it speaks TLS with from now on, each time that the result is called. What was shown when a connection
 * was opened counts as long as it lasts, so those of before are ended: idle ones at once, busy ones with the answer to their
 * next request, or who keeps one busy would stay who he was for ever.
 */
export function renewal(server: https.Server): (tls: https.ServerOptions) => void {
  const opened = new WeakMap<Socket, number>()
  let renewals = 0
  server.on('secureConnection', (socket) => opened.set(socket, renewals))
  server.prependListener('request', ({ socket }, response) => {
    if (opened.get(socket) !== renewals) response.shouldKeepAlive = false
  })
  return (tls) => {
    server.setSecureContext(tls)
    renewals += 1
    server.closeIdleConnections()
  }
}
