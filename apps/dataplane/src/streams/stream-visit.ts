import type { Route } from '@biplane/entities'
import type { PluginLog, RecordedAttempt, StreamRecord } from '@biplane/plugins/handlers'
import type { Load } from '../overload/load.ts'
import type { ClientAddress, ClientTold } from '../proxy/client-address.ts'
import { HeaderBlock } from '../proxy/header-block.ts'
import type { HttpSettings } from '../proxy/http-settings.ts'
import type { CompiledRoute } from '../router/rule.ts'
import type { CompiledService } from '../runtime/compiled-service.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Try, Upstreams } from '../upstreams/upstreams.ts'
import type { StreamExchange } from './stream.ts'
import { noStreamPlugins, type StreamPhases, type StreamPlugins } from './stream-plugins.ts'

/** What streams of a worker are served with. */
export interface StreamEnvironment {
  readonly plugins: StreamPlugins
  /** Who the client is: whom trusted peers name by the PROXY protocol. */
  readonly clientAddress: (told: ClientTold) => ClientAddress
  /** Where streams go. */
  readonly upstreams: Pick<Upstreams, 'tries'>
  /** What the worker bears. */
  readonly load: Pick<Load, 'refusalOfStream' | 'turnedAway'>
  readonly http: Pick<HttpSettings, 'client_pair'>
  readonly log: PluginLog
  /** Told of each stream that is over. @param tookMs from its first byte on */
  readonly ended: (status: number, tookMs: number) => void
  /** Milliseconds, of a clock that never goes back. */
  readonly clock: () => number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** One stream and all that became known of it: the state that the steps of its story share. */
export class StreamVisit {
  readonly exchange: StreamExchange
  readonly runtime: Runtime
  readonly environment: StreamEnvironment
  /** The client's IP address, as well as it is known. */
  readonly clientIp: string
  readonly startedAt: number
  route: CompiledRoute | undefined
  service: CompiledService | undefined
  /** Its plugins, as soon as they are known. */
  phases: StreamPhases
  /** The last try to reach an upstream. */
  lastTry: Try | undefined
  attempts: RecordedAttempt[] | null = null
  /** When its upstream was reached. */
  reachedAt: number | undefined
  /** What it came to, as nginx says it. */
  status = 500
  #record: StreamRecord | undefined

  constructor(exchange: StreamExchange, runtime: Runtime, environment: StreamEnvironment) {
    this.exchange = exchange
    this.runtime = runtime
    this.environment = environment
    this.startedAt = environment.clock()
    const { peer, proxied } = exchange.stream
    this.clientIp = environment.clientAddress({ peer, proxied, headers: NO_HEADERS }).ip
    this.phases = noStreamPlugins(this)
  }

  /** Its route; null where none matched. */
  get fields(): Route | null {
    return this.route?.fields ?? null
  }

  /** A stream has no header that could tell what was read for it. */
  read(): void {
    // Nothing is noted.
  }

  /** To be asked for when all is over. */
  get record(): StreamRecord {
    this.#record ??= this.#makeRecord()
    return this.#record
  }

  #makeRecord(): StreamRecord {
    const { exchange, environment, startedAt, reachedAt, status, attempts } = this
    const { received, sent, upstreamReceived, upstreamSent, tls } = exchange.traffic
    const session = environment.clock() - startedAt
    return {
      startedAt: Math.round(environment.now() - session),
      status,
      ...{ received, sent, upstreamReceived, upstreamSent, tls, attempts },
      latencies: {
        gateway: Math.round(reachedAt === undefined ? session : reachedAt - startedAt),
        session: Math.round(session),
      },
      answeredBy: reachedAt === undefined ? 'gateway' : 'upstream',
    }
  }
}

const NO_HEADERS = new HeaderBlock()
