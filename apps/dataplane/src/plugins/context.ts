import type { Entity, Kind } from '@biplane/entities'
import type {
  BufferedBody,
  PluginContext,
  PluginLog,
  RequestContext,
  ResponseContext,
} from '@biplane/plugins/handlers'
import type { HeaderBlock } from '../proxy/header-block.ts'
import type { RequestQuery } from '../proxy/query.ts'

/** The request as plugins see it, and as it will go upstream. */
export interface ProxiedRequest extends RequestContext {
  readonly headers: HeaderBlock
  readonly query: RequestQuery
  body: BufferedBody | null
}

/** The response as plugins see it, and as it will go to the client. */
export interface ProxiedResponse extends ResponseContext {
  status: number
  headers: HeaderBlock
  body: BufferedBody | null
}

/** The credentials and consumers that a request may look up. */
export interface IdentityLookups {
  credential(kind: Kind, key: string): { readonly credential: Entity; readonly consumer: Entity } | undefined
  consumer(idOrUsername: string): Entity | undefined
}

export interface NodeIdentity {
  readonly id: string
  readonly hostname: string
}

/** What the plugins of one request share: they read through it, and the proxy fills it in as the story goes on. */
export class GatewayContext implements PluginContext {
  readonly request: ProxiedRequest
  readonly response: ProxiedResponse
  readonly clientIp: string
  readonly node: NodeIdentity
  readonly log: PluginLog
  route: Entity | null = null
  service: Entity | null = null
  readonly #lookups: IdentityLookups
  #consumer: Entity | null = null
  #credential: Entity | null = null

  constructor(given: {
    readonly request: ProxiedRequest
    readonly response: ProxiedResponse
    readonly clientIp: string
    readonly node: NodeIdentity
    readonly log: PluginLog
    readonly lookups: IdentityLookups
  }) {
    this.request = given.request
    this.response = given.response
    this.clientIp = given.clientIp
    this.node = given.node
    this.log = given.log
    this.#lookups = given.lookups
  }

  get consumer(): Entity | null {
    return this.#consumer
  }

  get credential(): Entity | null {
    return this.#credential
  }

  authenticate(consumer: Entity | null, credential: Entity | null): void {
    this.#consumer = consumer
    this.#credential = credential
  }

  lookupCredential(kind: Kind, key: string) {
    return this.#lookups.credential(kind, key)
  }

  lookupConsumer(idOrUsername: string): Entity | undefined {
    return this.#lookups.consumer(idOrUsername)
  }
}
