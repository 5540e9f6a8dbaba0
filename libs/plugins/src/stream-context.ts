import type { Entity, Json } from '@biplane/entities'
import type { PluginLog } from './context.ts'
import type { Facilities } from './facilities.ts'
import type { StreamRecord } from './stream-record.ts'

/**
 * All that a plugin sees of a stream: a connection of TCP or TLS, or a session of UDP. It knows no socket and none of the
 * bytes, and there are no consumers.
 */
export interface StreamContext {
  readonly stream: StreamFacts
  /** The client's address, after the PROXY protocol and trusted proxies were applied. */
  readonly clientIp: string
  /** Null where no route matched: then only `log` runs. */
  readonly route: Entity | null
  readonly service: Entity | null
  /** What plugins of one stream tell each other. */
  readonly shared: Map<string, Json>
  /** The data plane that carries the stream. */
  readonly node: { readonly id: string; readonly hostname: string }
  /** What outlives the stream: counters of the whole node, and the time. */
  readonly facilities: Facilities
  /** What was measured; only the `log` phase may ask for it. */
  readonly record: StreamRecord
  readonly log: PluginLog
}

/** What is known of a stream before anything is done with it. */
export interface StreamFacts {
  readonly transport: 'tcp' | 'udp'
  /** Whether it came to an address of TLS. */
  readonly isTls: boolean
  /** The TLS server name that the client asks for, if any. */
  readonly serverName: string | null
  /** The port the client connected to. */
  readonly port: number
}

/** A plugin's refusal of a stream, which is closed without a word. Logs and metrics tell of it, by these. */
export interface StreamVerdict {
  readonly status: number
  readonly error: string
}
