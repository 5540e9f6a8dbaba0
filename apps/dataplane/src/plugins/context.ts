import type { Entity, Json, Kind } from '@biplane/entities'
import type {
  Facilities,
  PluginContext,
  PluginLog,
  RequestContext,
  RequestRecord,
  ResponseContext,
  UpstreamChanges,
} from '@biplane/plugins/handlers'
import type { HeaderBlock } from '../proxy/header-block.ts'
import type { RequestQuery } from '../proxy/query.ts'
import type { Captures } from '../router/route-request.ts'
import type { HeldBody } from './buffered-body.ts'
import { CheckedChanges } from './checked-changes.ts'

/** The request as plugins see it, and as it will go upstream. */
export interface ProxiedRequest extends RequestContext {
  readonly headers: HeaderBlock
  readonly query: RequestQuery
  body: HeldBody | null
}

/** The response as plugins see it, and as it will go to the client. */
export interface ProxiedResponse extends ResponseContext {
  status: number
  headers: HeaderBlock
  body: HeldBody | null
}

/** The credentials and consumers that a request may look up. */
export interface IdentityLookups {
  credential(kind: Kind, key: string): { readonly credential: Entity; readonly consumer: Entity } | undefined
  consumer(idOrUsername: string): Entity | undefined
  /** By acl credentials. */
  groups(consumerId: string): readonly string[]
}

export interface NodeIdentity {
  readonly id: string
  readonly hostname: string
}

/** What the plugins of one request share: they read through it, and the proxy fills it in as the story goes on. */
export class GatewayContext implements PluginContext {
  readonly request: ProxiedRequest
  readonly response: ProxiedResponse
  readonly upstream: UpstreamChanges = new CheckedChanges()
  readonly clientIp: string
  readonly node: NodeIdentity
  readonly facilities: Facilities
  readonly log: PluginLog
  uriCaptures: Captures = NONE
  route: Entity | null = null
  service: Entity | null = null
  readonly #lookups: IdentityLookups
  readonly #groupsOf: (consumerId: string) => readonly string[]
  readonly #makeRecord: () => RequestRecord
  #record: RequestRecord | undefined
  #consumer: Entity | null = null
  #credential: Entity | null = null
  #authenticatedGroups: readonly string[] | null = null
  #shared: Map<string, Json> | undefined

  constructor(given: {
    readonly request: ProxiedRequest
    readonly response: ProxiedResponse
    readonly clientIp: string
    readonly node: NodeIdentity
    readonly facilities: Facilities
    readonly log: PluginLog
    readonly lookups: IdentityLookups
    /** The names of a consumer's groups. */
    readonly groupsOf: (consumerId: string) => readonly string[]
    readonly record: () => RequestRecord
  }) {
    this.request = given.request
    this.response = given.response
    this.clientIp = given.clientIp
    this.node = given.node
    this.facilities = given.facilities
    this.log = given.log
    this.#lookups = given.lookups
    this.#groupsOf = given.groupsOf
    this.#makeRecord = given.record
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

  get authenticatedGroups(): readonly string[] | null {
    return this.#authenticatedGroups
  }

  authenticateGroups(groups: readonly string[]): void {
    this.#authenticatedGroups = groups
  }

  get consumerGroups(): readonly string[] {
    return this.#consumer === null ? [] : this.#groupsOf(this.#consumer.id)
  }

  get record(): RequestRecord {
    this.#record ??= this.#makeRecord()
    return this.#record
  }

  get shared(): Map<string, Json> {
    this.#shared ??= new Map()
    return this.#shared
  }

  lookupCredential(kind: Kind, key: string) {
    return this.#lookups.credential(kind, key)
  }

  lookupConsumer(idOrUsername: string): Entity | undefined {
    return this.#lookups.consumer(idOrUsername)
  }

  lookupGroups(consumerId: string): readonly string[] {
    return this.#lookups.groups(consumerId)
  }
}

const NONE: Captures = Object.freeze({})
