import type { Socket } from 'node:net'
import {
  Client,
  type ClientDuplexStream,
  type ClientOptions,
  credentials,
  type ServiceError,
} from '@grpc/grpc-js'
import { SyncService } from '../gen/biplane/sync/v1/sync.ts'
import { CredentialsUntil } from './credentials-until.ts'
import { decodeDown, encodeUp } from './envelope.ts'
import { type ForwardProxy, nameOf, openTunnel } from './forward-proxy.ts'
import { Inbox } from './inbox.ts'
import type { Down, NoMessage, Up } from './messages.ts'
import { ProtocolError } from './protocol-error.ts'
import { identifySource } from './source-identity.ts'
import type { Timing } from './timing.ts'
import type { FollowerTls } from './trust.ts'
import { untilAborted } from './until-aborted.ts'

/** The default of 64 KiB makes 1 MB to 100 nodes four times slower. */
const FLOW_CONTROL_WINDOW = 16 * 1024 * 1024

/** Of the time to be welcomed in: a proxy that is too slow is to be told apart from a source that is. */
const TUNNEL_SHARE = 0.8

/** A follower's call to one source: one connection, one stream, never reconnected. */
export class SourceCall {
  readonly signal: AbortSignal
  readonly #lost = new AbortController()
  readonly #client: Client
  readonly #call: ClientDuplexStream<Up, Down | NoMessage>
  readonly #inbox: Inbox<Down | NoMessage>

  /** @param address `host:port`. Connecting begins at once; a failure shows in `next`. */
  constructor(address: string, tls: FollowerTls, timing: Timing) {
    this.signal = this.#lost.signal
    const { context, askFor, checkServerIdentity } = identifySource(tls, address)
    const ssl = credentials.createFromSecureContext(context, { checkServerIdentity })
    const proxy = tls.proxy?.() ?? null
    const { through, way } = this.#wayTo(address, proxy, timing)
    const whileWanted = new CredentialsUntil(this.signal, ssl, way)
    this.#client = new Client(`dns:${through}`, whileWanted, {
      ...clientOptions(timing, askFor),
      'grpc.default_authority': address,
    })
    this.#call = this.#client.makeBidiStreamRequest(SyncService.follow.path, encodeUp, decodeDown)
    this.#call.on('error', (cause: ServiceError) =>
      this.fail(new Error(onTheWay(reasonOf(cause), proxy), { cause })),
    )
    this.#inbox = new Inbox(this.#call)
  }

  /** Resolves when there is a connection, on which nothing was said yet; rejects with the reason when there will be none. */
  async connected(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#client.waitForReady(Number.POSITIVE_INFINITY, (error) => (error ? this.fail(error) : resolve()))
    await untilAborted(this.signal, promise)
  }

  /** The next message. Rejects with the reason when the call has ended, and with ProtocolError when it cannot be read. */
  async next(): Promise<Down> {
    while (true) {
      const message = await untilAborted(this.signal, this.#inbox.next())
      if (message === null) throw new Error('the source closed the stream')
      if (message.kind === 'malformed') throw new ProtocolError(message.reason)
      if (message.kind !== 'unknown') return message
    }
  }

  /** Resolves when the transport has taken the message; rejects when the call has ended. */
  async write(message: Up): Promise<void> {
    this.signal.throwIfAborted()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#call.write(message, (error?: Error | null) => (error ? this.fail(error) : resolve()))
    await untilAborted(this.signal, promise)
  }

  /** Ends the call and its connection; every other method then rejects with this reason. May be called again. */
  fail(reason: Error): void {
    this.#lost.abort(reason)
    this.#call.cancel()
    this.#client.close()
  }

  #wayTo(to: string, proxy: ForwardProxy | null, { greeting }: Timing) {
    if (proxy === null) return { through: to, way: (socket: Socket) => socket }
    const withinMs = greeting * TUNNEL_SHARE
    const way = (socket: Socket) => openTunnel(socket, { proxy, to, withinMs, signal: this.signal })
    return { through: nameOf(proxy), way }
  }
}

function reasonOf({ details }: ServiceError): string {
  return details
    .replace(/\.? Resolution note: $/, '') // grpc-js ends so when it has nothing to note
    .replace(/^No connection established\. Last error: (Error: )?/, '')
    .replace(OPENSSL, 'no TLS: $1')
}

/** Of thread, code, library, function, reason, file and line, the reason is for people. */
const OPENSSL = /[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]*):[^\n]*\n?/g

/** Where a connection fails that is not the one to the source, it is to be seen which. */
function onTheWay(reason: string, proxy: ForwardProxy | null): string {
  if (proxy === null || reason.includes(`proxy ${nameOf(proxy)}`)) return reason
  return `${reason}, by way of the proxy ${nameOf(proxy)}`
}

function clientOptions(timing: Timing, askFor: string): ClientOptions {
  return {
    'grpc.ssl_target_name_override': askFor,
    'grpc.keepalive_time_ms': timing.keepaliveInterval,
    'grpc.keepalive_timeout_ms': timing.keepaliveTimeout,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.enable_channelz': 0,
    'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW,
  }
}
