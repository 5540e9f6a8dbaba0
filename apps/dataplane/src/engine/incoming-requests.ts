import { IncomingMessage, type Server, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Slowness } from '../overload/reasons.ts'
import type { Connections } from './connections.ts'
import type { Flaw } from './flaws.ts'

/** Takes a request of a node:http server. */
export type Serve = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  given?: {
    /** What came after the head, when the server has handed the connection over. */
    readonly upgradeHead?: Buffer
    /** Whether the client holds its body back until it is told to send it. */
    readonly awaitsContinue?: boolean
    /** Why nothing of the request could be read. */
    readonly flaw?: Flaw
  },
) => void

/** Has all requests of a server served, also those that it tells otherwise, and those that it cannot read. */
export function listenTo(
  server: Server,
  serve: Serve,
  connections: Connections,
  tooSlow: (slowness: Slowness) => void,
): void {
  server.on('request', (incoming, outgoing) => serve(incoming, outgoing))
  server.on('checkContinue', (incoming, outgoing) => serve(incoming, outgoing, { awaitsContinue: true }))
  // As Kong does, other expectations are passed over.
  server.on('checkExpectation', (incoming, outgoing) => serve(incoming, outgoing))
  for (const handover of ['upgrade', 'connect'] as const) {
    server.on(handover, (incoming, socket, upgradeHead) =>
      serve(incoming, responseOn(incoming, socket), { upgradeHead }),
    )
  }
  server.on('clientError', (error: ReadError, socket) => {
    if (error.code === LATE) tooSlow('head')
    refuse(error, socket, serve, connections)
  })
}

const LATE = 'ERR_HTTP_REQUEST_TIMEOUT'

type ReadError = Error & { readonly code?: string }

/** What node:http could not read, by the code of its error; all else is malformed. */
const FLAWS: ReadonlyMap<string, Flaw> = new Map([
  ['HPE_HEADER_OVERFLOW', 'head-too-large'],
  [LATE, 'late'],
])

/** Refuses what could not be read: as the answer to the request whose body it was, or after all others. */
function refuse(error: ReadError, socket: Duplex, serve: Serve, connections: Connections): void {
  const client = connections.of(socket)
  if (client?.isHeard === false) return
  if (client !== undefined) client.isHeard = false
  const flaw = FLAWS.get(error.code ?? '') ?? 'malformed'
  if (error.code === 'ECONNRESET' || client === undefined || !(socket instanceof Socket)) socket.destroy()
  // Who has said nothing is owed no answer, as in Kong: it would be taken for that of the request that comes next.
  else if (flaw === 'late' && client.requests === 0 && socket.bytesRead === 0) socket.destroy()
  else if (client.newest?.isBodyComing) client.newest.refuseBody(flaw)
  else void (client.newest?.answered ?? Promise.resolve()).then(() => refuseUnread(socket, flaw, serve))
}

function refuseUnread(socket: Socket, flaw: Flaw, serve: Serve): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const unread = new IncomingMessage(socket)
  Object.assign(unread, { method: '', url: '', httpVersionMajor: 1, httpVersionMinor: 1, complete: true })
  serve(unread, responseOn(unread, socket), { flaw })
}

/** An upgrade gives the bare socket; what is not a WebSocket, and every refusal of one, is answered like any request. */
function responseOn(incoming: IncomingMessage, socket: Duplex): ServerResponse {
  const outgoing = new ServerResponse(incoming)
  outgoing.shouldKeepAlive = false
  // The socket of an HTTP server is a net.Socket, which its types leave open.
  outgoing.assignSocket(incoming.socket)
  outgoing.on('finish', () => socket.end(() => socket.destroy()))
  socket.on('error', () => socket.destroy())
  return outgoing
}
