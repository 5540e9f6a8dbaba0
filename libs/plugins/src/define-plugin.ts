import type { Json, JsonObject } from '@biplane/entities'
import type { HandshakeContext, PluginContext, Verdict } from './context.ts'
import type { PluginScope } from './facilities.ts'
import type { StreamContext, StreamVerdict } from './stream-context.ts'

/** Phases in the order they run. */
export const phases = ['certificate', 'rewrite', 'access', 'response', 'body', 'log'] as const
export type Phase = (typeof phases)[number]

/** Those of streams, which have no requests. */
export const streamPhases = ['preread', 'log'] as const
export type StreamPhase = (typeof streamPhases)[number]

/** A plugin as the data plane has it: how to make a handler from a configuration. */
export interface PluginDefinition {
  readonly name: string
  /** Plugins run from high to low, in every phase; equal ones by name, descending. */
  readonly priority: number
  /**
   * Called once per compile for each row of `plugins`, with its validated `config`, every default filled in. All that can
   * be worked out once is worked out here. It has no effect and never throws.
   *
   * @param scope what the row is limited to; nothing where it is absent
   */
  create(config: JsonObject, scope?: PluginScope): PluginHandler
}

/**
 * @param create takes the config as the plugin's schema types it
 */
export function definePlugin<Config extends { readonly [K in keyof Config]: Json }>(plugin: {
  name: string
  priority: number
  create(config: Config, scope: PluginScope): PluginHandler
}): PluginDefinition {
  const { name, priority } = plugin
  // A config reaches `create` only after it was validated by the very schema that `Config` is projected from.
  return { name, priority, create: (config, scope = EVERYWHERE) => plugin.create(config as Config, scope) }
}

const EVERYWHERE: PluginScope = { route: null, service: null, consumer: null, consumer_group: null }

type MaybePromise<T> = T | Promise<T>
/** No verdict: the request goes on. A promise is awaited only if one was returned. */
type Decision = MaybePromise<Verdict | undefined>

/** One plugin under one configuration: what `create` returns once per compile. It is shared by all requests it applies to. */
export interface PluginHandler {
  /** What has to be buffered for this configuration. Nothing is, unless it is declared here. */
  readonly needs?: Needs
  /** Whether the node shows the health of its upstreams among the metrics. */
  readonly showsHealth?: boolean

  /** Before a TLS handshake for requests, which waits for it and cannot be refused; global plugins only. */
  certificate?(handshake: HandshakeContext): MaybePromise<undefined>
  /** Before routing; global plugins only. */
  rewrite?(context: PluginContext): Decision
  /** After routing, in the order of priority. The first verdict ends the phase; nothing goes upstream then. */
  access?(context: PluginContext): Decision
  /** When the head of the response is known, whoever made it, before it is sent. A verdict replaces the response. */
  response?(context: PluginContext): Decision
  /**
   * For each piece of the response body on its way to the client. What it returns is sent instead; undefined leaves the
   * piece as it is. The last call has `last` set and may have an empty piece.
   */
  body?(context: PluginContext, chunk: Uint8Array, last: boolean): Uint8Array | undefined
  /** After the response has ended, however it ended. */
  log?(context: PluginContext): void

  /** What it does with streams. A plugin without it never runs on any, whatever its `protocols` say. */
  readonly stream?: StreamHandler
}

export interface StreamHandler {
  /** After routing, and the handshake where TLS ends here, before an upstream is asked. The first verdict ends the stream. */
  preread?(context: StreamContext): MaybePromise<StreamVerdict | undefined>
  /** After the stream has ended, however it ended. */
  log?(context: StreamContext): void
}

export interface Needs {
  readonly requestBody?: BodyNeed & {
    /** Whether a request without a body shall have an empty one, which can be replaced too. */
    readonly evenIfNone?: boolean
  }
  readonly responseBody?: BodyNeed
}

export interface BodyNeed {
  /** Bytes. */
  readonly limit: number
  /** Whether it is needed in this request; absent where it is in all. A body that is not needed is not held back. */
  when?(context: PluginContext): boolean
}
