import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'
import type { UpstreamTls } from './engine.ts'
import { isTooDeep } from './upstream-chain.ts'
import { materialOf } from './upstream-proxy.ts'

/** Where a session goes. */
export interface SessionTarget {
  /** An IP address. */
  readonly host: string
  readonly port: number
  /** Null for HTTP/2 without TLS, which the upstream is known to speak. */
  readonly tls: UpstreamTls | null
  /** Whom TLS asks for; an address cannot be asked for. */
  readonly serverName: string
}

const OPTIONS = {
  settings: {
    enablePush: false,
    // What a slow client does not read of an answer waits at the upstream, but for so much.
    initialWindowSize: 256 * 1024,
  },
  // As many lines as a head may have in HTTP/1.1.
  maxHeaderListPairs: 1000,
  // Megabytes: what streams hold that wait for slow clients is bounded by their windows.
  maxSessionMemory: 100,
}

/** What all streams of a session may be ahead of what was read off its connection, which waits for no client. */
const SESSION_WINDOW = 4 * 1024 * 1024

/** Opens the connection of a session. Whoever asked sets it going when it stands. */
export function openConnection({ host, port, tls, serverName }: SessionTarget): Socket {
  if (tls === null) return connectTcp({ host, port, noDelay: true })
  const servername = isIP(serverName) === 0 ? { servername: serverName } : {}
  const socket = connectTls({
    host,
    port,
    ...servername,
    ALPNProtocols: ['h2'],
    ...materialOf(tls),
    rejectUnauthorized: tls.verify,
  })
  return socket.setNoDelay()
}

/** Begins to speak HTTP/2. Resolves when the other end has said that it does too; @throws what keeps it from it. */
export function beginSession(socket: Socket, tls: UpstreamTls | null): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(error)
      socket.destroy()
    }
    socket.on('error', fail)
    socket.once('close', () => reject(new Error('the connection was closed')))
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      if (isTooDeep(socket, tls)) return fail(new Error('the certificate chain is too long'))
      if (socket instanceof TLSSocket && socket.alpnProtocol !== 'h2')
        return fail(new Error('the upstream does not speak HTTP/2'))
      const scheme = tls === null ? 'http' : 'https'
      const session = connectHttp2(`${scheme}://upstream`, { ...OPTIONS, createConnection: () => socket })
      session.on('error', fail)
      session.once('remoteSettings', () => {
        session.setLocalWindowSize(SESSION_WINDOW)
        resolve(session)
      })
    })
  })
}
