import type { Entity, Json, JsonObject, Kind } from '@biplane/entities'
import type { Facilities } from './facilities.ts'
import type { RequestRecord } from './request-record.ts'

/**
 * All that a plugin sees of a request. It knows no socket and no `node:http` object, so the same handler runs on every
 * engine. Everything is computed when it is asked for: a plugin that reads one header costs one header.
 */
export interface PluginContext {
  readonly request: RequestContext
  /** What is about to go to the client; only the `response`, `body` and `log` phases may touch it. */
  readonly response: ResponseContext
  /** What goes upstream in place of what the client, the route and the service say. */
  readonly upstream: UpstreamChanges
  /** The client's address, after `real_ip` and trusted proxies were applied. */
  readonly clientIp: string
  /** Null where no route matched, and in `rewrite`, which runs before routing. */
  readonly route: Entity | null
  readonly service: Entity | null
  /** Who was authenticated so far in this request; null for nobody. */
  readonly consumer: Entity | null
  /** The credential that was accepted; null for nobody and for the anonymous consumer. */
  readonly credential: Entity | null
  /** The groups that an authentication plugin knows of itself, without acl credentials; null where none spoke of any. */
  readonly authenticatedGroups: readonly string[] | null
  /** The names of the consumer groups that the consumer is in, in order; empty for nobody. Those of `acl` are others. */
  readonly consumerGroups: readonly string[]
  /** What the regular expression of the matched path captured, by number (from 1) and by name; false took no part. Bytes. */
  readonly uriCaptures: Readonly<Record<string, string | false>>
  /** What plugins of one request tell each other. */
  readonly shared: Map<string, Json>
  /** The data plane that serves the request. */
  readonly node: { readonly id: string; readonly hostname: string }
  /** What outlives the request: counters of the whole node, and the time. */
  readonly facilities: Facilities
  /** What was measured; only the `log` phase may ask for it. */
  readonly record: RequestRecord
  readonly log: PluginLog

  /**
   * Records who the request is from, so that plugins of lower priority see it and consumer-scoped configs apply. It only
   * records: the headers that tell the upstream are set by `authentication.ts`, alike for every authentication plugin.
   */
  authenticate(consumer: Entity | null, credential: Entity | null): void
  /** Records what `authenticatedGroups` tells. */
  authenticateGroups(groups: readonly string[]): void
  /**
   * The credential of this kind with this key, with its consumer, as of the one revision the request reads. Expired
   * credentials are absent. Synchronous: it reads the node's own store.
   */
  lookupCredential(
    kind: Kind,
    key: string,
  ): { readonly credential: Entity; readonly consumer: Entity } | undefined
  /** By id, else by username. */
  lookupConsumer(idOrUsername: string): Entity | undefined
  /** The groups of `acl` that a consumer is in by its credentials, as of the one revision. */
  lookupGroups(consumerId: string): readonly string[]
}

/** Written by plugins in `access`; null as long as none has. A request may come to no upstream all the same. */
export interface UpstreamChanges {
  method: string | null
  /** The whole path of the target, the service's included, without the query. Bytes; what no target can hold is escaped. */
  path: string | null
  /** The Host header. */
  host: string | null
}

export interface RequestContext {
  /** As sent: `GET`. */
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** The `Host` without its port, lower case; null where the client sent none. */
  readonly host: string | null
  /** The port the client connected to. */
  readonly port: number
  /** The path, normalised as for routing, without the query. */
  readonly path: string
  /** The request target as it came: path and query, not normalised. */
  readonly target: string
  /** As they go upstream: a plugin reads what those before it wrote. Hop-by-hop headers are already gone. */
  readonly headers: HeaderFields
  readonly query: Query
  /** Whether a body comes, of a stated length or in chunks. */
  readonly hasBody: boolean
  /** Whether the client sends its body only if it is told to (`Expect: 100-continue`). */
  readonly expectsContinue: boolean
  /**
   * The whole body if the handler declared `needs.requestBody`. Null if it did not, if there is no body, and if the body
   * is longer than the declared limit; then it travels on as a stream and no plugin sees it.
   */
  readonly body: BufferedBody | null
}

export interface ResponseContext {
  readonly status: number
  readonly headers: HeaderFields
  /** The whole body if the handler declared `needs.responseBody`, in the `response` phase; null as for requests. Replaced, it is sent in chunks. */
  readonly body: BufferedBody | null
}

/** Header fields. Names are compared without case; a value is one field line, never joined with others. */
export interface HeaderFields {
  /** The first value. */
  get(name: string): string | undefined
  /** All values in the order they came; empty where there is none. */
  getAll(name: string): readonly string[]
  /** Replaces all values. */
  set(name: string, value: string): void
  /** Adds a value after those that are there. */
  add(name: string, value: string): void
  remove(name: string): void
  /** Every field line; names in lower case. */
  entries(): Iterable<readonly [name: string, value: string]>
}

/**
 * The query, decoded on first use. Names are exact. An unchanged query goes upstream byte for byte; a changed one is
 * encoded anew with its names sorted.
 */
export interface Query {
  has(name: string): boolean
  /** All values in order; a name without `=` has the value ''. Empty where the name is absent. */
  getAll(name: string): readonly string[]
  /** Replaces all values. */
  set(name: string, values: readonly string[]): void
  remove(name: string): void
  entries(): Iterable<readonly [name: string, value: string]>
}

export interface BufferedBody {
  readonly bytes: Uint8Array
  /** What travels on instead; `Content-Length` follows. */
  replace(bytes: Uint8Array): void
}

/**
 * A plugin's early answer. With `error` the text is put into the format that the client accepts (JSON, HTML, XML, plain),
 * as errors of the gateway are. With `body` it is sent as it is: text and bytes raw, an object as compact JSON with
 * `application/json; charset=utf-8`; a `Content-Type` in `headers` wins. Header names are as they shall be sent.
 */
export type Verdict =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly error: string }
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string | Uint8Array | JsonObject
    }

/** What the `certificate` phase sees: a TLS handshake, before any request. */
export interface HandshakeContext {
  /** As the client wrote it; null where it asks for none. */
  readonly serverName: string | null
  /** The IP address at the other end of the connection. */
  readonly clientIp: string
  readonly log: PluginLog
}

export interface PluginLog {
  debug(fields: Readonly<Record<string, Json>>, message: string): void
  info(fields: Readonly<Record<string, Json>>, message: string): void
  warn(fields: Readonly<Record<string, Json>>, message: string): void
  error(fields: Readonly<Record<string, Json>>, message: string): void
}
