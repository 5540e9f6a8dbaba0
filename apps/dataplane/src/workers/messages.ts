import type { GenerationAddress } from '@biplane/config-store'
import type { RouterFlavor, TargetHealth } from '@biplane/entities'
import type { HandlerFile, PluginLog } from '@biplane/plugins/handlers'
import { type Change, type Position, type Violation, violationOfAll } from '@biplane/protocol'
import type { ListenAddress } from '../engine/engine.ts'
import type { BodySettings } from '../engine/node-http.ts'
import type { PoolSettings } from '../engine/upstream-pools.ts'
import type { MetricDelta } from '../facilities/metric-deltas.ts'
import type { HealthOrder, HealthTold } from '../health/health-order.ts'
import type { Limits } from '../overload/limits.ts'
import type { NodeIdentity } from '../plugins/context.ts'
import type { TrustSettings } from '../proxy/client-address.ts'
import type { HttpSettings } from '../proxy/http-settings.ts'
import type { StreamAddress } from '../streams/stream.ts'
import type { TlsSettings } from '../tls/tls-settings.ts'
import type { DnsSettings } from '../upstreams/dns-settings.ts'
import type { Secrets } from '../vaults/resolve-row.ts'

/** From the least severe on. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const satisfies readonly (keyof PluginLog)[]
export type LogLevel = (typeof logLevels)[number]

/** What the main thread asks of a worker. Each ask gets one reply, in order. */
export type Ask =
  /** Compile changes beside the serving runtime; several in a row build on each other. */
  | { readonly op: 'compile'; readonly changes: readonly Change[] }
  /** Compile a whole stored config beside the serving runtime. */
  | { readonly op: 'load'; readonly generation: GenerationAddress }
  /** Serve from what was prepared; the store now holds it, at this position of this generation. */
  | { readonly op: 'swap'; readonly generation: GenerationAddress; readonly position: Position }
  /** Forget what was prepared. */
  | { readonly op: 'discard' }
  /** Stop accepting, finish what is in flight within this time, close everything. */
  | { readonly op: 'drain'; readonly graceMs: number }

export type ToWorker =
  | ({ readonly ask: number } & Ask)
  /** Done beside all asks; answered by `health`. */
  | { readonly ask: number; readonly health: HealthOrder }

/** What main thread and workers answer of an update that was not saved when the node began to stop. */
export const STOPPING = violationOfAll('this node is stopping')

/** The first message to a worker: what to begin with, which is known only when the store has been checked. */
export interface Beginning {
  readonly generation: GenerationAddress
  /** What the node was told of the health of targets before it started; nothing for those that take the place of others. */
  readonly marks: readonly TargetHealth[]
}

export type FromWorker =
  /** Once, when it accepts traffic: the ports it listens on, and why the stored config could not be used, if so. */
  | { readonly kind: 'serving'; readonly ports: readonly number[]; readonly errors: readonly Violation[] }
  /** A line for the log of the node. */
  | {
      readonly kind: 'log'
      readonly level: LogLevel
      readonly fields: Parameters<PluginLog['info']>[0]
      readonly message: string
    }
  /** What plugins measured since the last time. */
  | { readonly kind: 'measured'; readonly deltas: readonly MetricDelta[] }
  | { readonly kind: 'reply'; readonly ask: number; readonly errors: readonly Violation[] }
  | { readonly kind: 'health'; readonly ask: number; readonly told: HealthTold | null }

/** All that a worker is made from. It crosses a thread boundary, so it is plain. */
export interface WorkerOrders {
  readonly slot: number
  readonly counters: SharedArrayBuffer
  readonly controls: SharedArrayBuffer
  readonly sharedCounters: SharedArrayBuffer
  /** What workers know together of upstreams. */
  readonly upstreams: SharedArrayBuffer
  readonly listens: readonly ListenAddress[]
  /** Where streams come in. */
  readonly streams: readonly StreamAddress[]
  readonly settings: WorkerSettings
}

export interface WorkerSettings extends PoolSettings, BodySettings, TrustSettings, HttpSettings {
  readonly node: NodeIdentity
  /** Lower case. */
  readonly headers: ReadonlySet<string>
  readonly debug_revision: boolean
  /** How routes say what they match. */
  readonly router_flavor: RouterFlavor
  /** `kong/<version>` */
  readonly serverToken: string
  /** The names of the plugins that this node has. */
  readonly plugins: readonly string[]
  /** Those that do not ship with the product. */
  readonly handlers: readonly HandlerFile[]
  /** Where rows of plugins may hold references to vaults, by the name of the plugin. */
  readonly references: Secrets['references']
  readonly vault_env_prefix: string | null
  readonly dns: DnsSettings
  /** How much the node takes at once. */
  readonly limits: Limits
  readonly tls: TlsSettings
}
