import { Server, ServerCredentials } from '@grpc/grpc-js'
import { SyncService } from '../gen/biplane/sync/v1/sync.ts'
import type { Welcome } from '../status.ts'
import { decodeUp, encodeDown, MAX_UP_BYTES, MOST_OF_A_NODE } from './envelope.ts'
import type { Call } from './follower-call.ts'
import type { FollowerStream } from './follower-stream.ts'
import type { Log } from './log.ts'
import type { RefusalCause } from './refusal.ts'
import { serveCall } from './serve-call.ts'
import { defaultTiming, type Timing } from './timing.ts'
import { listenTls } from './tls.ts'
import type { AcceptedTls } from './trust.ts'

export interface ServeOptions {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number }
  readonly tls: AcceptedTls
  readonly welcome: () => Welcome
  /** Serves one follower; the stream is closed when it settles. What it throws is logged and ends that stream only. */
  readonly session: (stream: FollowerStream) => Promise<void>
  /** Whether hubs are turned away, and nothing is read that is longer than what nodes say. */
  readonly nodesOnly?: boolean
  /** Counts the bytes of update bodies as they are handed to the transport. */
  readonly onBytes?: (nodeId: string, kind: 'snapshot' | 'delta', bytes: number) => void
  /** Counts connections that are refused, or cut off later. */
  readonly onRefused?: (cause: RefusalCause) => void
  readonly log: Log
  readonly signal: AbortSignal
  /** Milliseconds of a clock that nobody sets. */
  readonly now?: () => number
  readonly timing?: Partial<Timing>
}

export interface FollowerServer {
  readonly address: { readonly host: string; readonly port: number }
  /**
   * Takes no more followers and tells those that there are to look for another source. They are served on; resolves when
   * all are gone.
   *
   * @param reason one sentence for an operator
   */
  drain(reason: string): Promise<void>
  /** Resolves when the signal has aborted, every session has ended and the port is free. */
  readonly closed: Promise<void>
}

/** Listens for followers. Resolves once it listens; rejects if it cannot. */
export async function serveFollowers(options: ServeOptions): Promise<FollowerServer> {
  const { listen, tls, log, signal } = options
  const timing = { ...defaultTiming, ...options.timing }
  const sessions = new Set<Promise<void>>()
  const draining = new AbortController()
  const server = new Server(serverOptions(timing, options.nodesOnly ? MOST_OF_A_NODE : MAX_UP_BYTES))
  server.addService(
    { follow: { ...SyncService.follow, requestDeserialize: decodeUp, responseSerialize: encodeDown } },
    {
      follow: (call: Call) => {
        const served = serveCall(call, options, timing.greeting, draining.signal)
        const session = served.finally(() => sessions.delete(session))
        sessions.add(session)
      },
    },
  )
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure()) // TLS is done when it gets a socket
  const { greeting: handshakeTimeout } = timing
  const recheck = tls.recheckMs ?? timing.recheck
  const onRefused = options.onRefused ?? (() => undefined)
  const front = await listenTls({ listen, tls, log, onRefused, handshakeTimeout, recheck }, (socket) =>
    injector.injectConnection(socket),
  )
  const stopped = Promise.withResolvers<void>()
  const stop = () => stopped.resolve()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const closed = stopped.promise.then(async () => {
    await Promise.all(sessions)
    await front.close()
    injector.destroy()
  })
  const drain = async (reason: string) => {
    front.stopListening()
    draining.abort(reason)
    while (sessions.size > 0 && !signal.aborted) await Promise.race([Promise.all(sessions), stopped.promise])
  }
  return { address: front.address, drain, closed }
}

function serverOptions(timing: Timing, longestMessage: number) {
  return {
    'grpc.keepalive_time_ms': timing.keepaliveInterval,
    'grpc.keepalive_timeout_ms': timing.keepaliveTimeout,
    'grpc.max_connection_idle_ms': timing.greeting, // a connection on which nobody says anything is closed
    'grpc.max_concurrent_streams': 1,
    'grpc.max_receive_message_length': longestMessage,
    'grpc.max_send_message_length': -1,
    'grpc.enable_channelz': 0,
  }
}
