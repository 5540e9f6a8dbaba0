import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { PendingConnects } from '../overload/pending-connects.ts'
import type { ConnectOutcome, StreamSurroundings, StreamTarget } from '../streams/stream.ts'
import { isTooDeep } from './upstream-chain.ts'
import { materialOf } from './upstream-proxy.ts'

/** What all connections of an engine to upstreams share. */
export interface UpstreamConnects {
  readonly pending: PendingConnects
  readonly surroundings: Pick<StreamSurroundings, 'upstreams'>
}

export interface Connecting {
  readonly outcome: Promise<Extract<ConnectOutcome, { kind: 'connected' | 'failed' }>>
  /** It belongs to whoever asked, as soon as it is connected. */
  readonly socket: Socket
}

/** Opens a connection, and TLS over it where it is to be. What fails is closed. Undefined where there is a crowd of them. */
export function connectUpstream(
  to: StreamTarget,
  { pending, surroundings }: UpstreamConnects,
): Connecting | undefined {
  const address = `${to.host} ${to.port}`
  if (pending.isCrowded(address)) return undefined
  const socket = open(to)
  const { promise, resolve } = Promise.withResolvers<Awaited<Connecting['outcome']>>()
  surroundings.upstreams.opened()
  const settled = pending.begin(address)
  const fail = (reason: 'timeout' | 'broken'): void => {
    resolve({ kind: 'failed', reason })
    socket.destroy()
  }
  const late = setTimeout(() => fail('timeout'), to.timeout)
  socket.on('error', (error) => fail('code' in error && error.code === 'ETIMEDOUT' ? 'timeout' : 'broken'))
  socket.once('close', () => {
    settled()
    clearTimeout(late)
    fail('broken')
    surroundings.upstreams.closed()
  })
  socket.once(to.tls === null ? 'connect' : 'secureConnect', () => {
    settled()
    clearTimeout(late)
    if (isTooDeep(socket, to.tls)) fail('broken')
    else resolve({ kind: 'connected' })
  })
  return { outcome: promise, socket }
}

function open({ host, port, tls }: StreamTarget): Socket {
  // Each side may say that it has no more to say, and hear the other one out.
  const options = { host, port, allowHalfOpen: true, noDelay: true }
  if (tls === null) return connectTcp(options)
  const servername = tls.serverName === null ? {} : { servername: tls.serverName }
  return connectTls({ ...options, ...servername, ...materialOf(tls), rejectUnauthorized: tls.verify })
}
