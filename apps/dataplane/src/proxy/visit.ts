import type { Facilities, PluginLog } from '@biplane/plugins/handlers'
import type { Exchange } from '../engine/engine.ts'
import type { Load } from '../overload/load.ts'
import { GatewayContext, type NodeIdentity } from '../plugins/context.ts'
import { type CredentialKeys, identityLookups } from '../plugins/identity.ts'
import type { Chain } from '../plugins/plan.ts'
import { splitHost } from '../router/host.ts'
import { normalisePath, splitTarget } from '../router/path.ts'
import type { PathMatch } from '../router/route-request.ts'
import type { CompiledService } from '../runtime/compiled-service.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Try, Upstreams } from '../upstreams/upstreams.ts'
import type { Asker } from './answer.ts'
import type { ClientAddress, ClientTold } from './client-address.ts'
import { HeaderBlock } from './header-block.ts'
import { stripRequestHops } from './hop-by-hop.ts'
import type { HttpSettings } from './http-settings.ts'
import { RequestQuery } from './query.ts'
import { recordOf, UpstreamStory } from './request-record.ts'

/** What the proxy of a worker works with, for all its requests. */
export interface ProxyEnvironment {
  readonly node: NodeIdentity
  /** What plugins share beyond a request. */
  readonly facilities: Facilities
  readonly clientAddress: (told: ClientTold) => ClientAddress
  readonly credentialKeys: CredentialKeys
  /** Where requests go. */
  readonly upstreams: Pick<Upstreams, 'tries'>
  /** What the worker bears. */
  readonly load: Pick<Load, 'refusal' | 'turnedAway'>
  /** The headers that answers get, in lower case. */
  readonly answerHeaders: ReadonlySet<string>
  readonly http: HttpSettings
  /** `kong/<version>` */
  readonly serverToken: string
  /** The number of this worker, when answers name it and the revision that made them; null when they do not. */
  readonly debugWorker: string | null
  readonly log: PluginLog
  /** Milliseconds, of a clock that never goes back. */
  readonly clock: () => number
  /** Seconds since the epoch. */
  readonly now: () => number
}

/** One request and all that became known of it: the state that the steps of its story share. */
export class Visit {
  readonly exchange: Exchange
  readonly runtime: Runtime
  readonly environment: ProxyEnvironment
  readonly context: GatewayContext
  readonly client: ClientAddress
  /** The raw Host value. */
  readonly host: string | undefined
  /** The raw path. */
  readonly rawPath: string
  readonly startedAt: number
  /** Whether the client asks for route and service by `Kong-Debug`. */
  readonly isDebugged: boolean
  match: PathMatch | undefined
  service: CompiledService | undefined
  /** The plugins whose later phases run: the global ones until a route matched and its access phase began. */
  chain: Chain
  /** The last try to reach an upstream. */
  lastTry: Try | undefined
  /** When the request was handed to the upstream, and when its response came. */
  forwardedAt: number | undefined
  respondedAt: number | undefined
  /** Whether there was no room for a body that a plugin needs. */
  isOutOfRoom = false
  /** Who made the answer. */
  answeredBy: 'upstream' | 'gateway' = 'gateway'
  readonly story = new UpstreamStory()
  /** Nothing is noted where nobody is told. */
  readonly #revisions: Set<number> | null

  constructor(exchange: Exchange, runtime: Runtime, environment: ProxyEnvironment) {
    const { request } = exchange
    const headers = new HeaderBlock(request.headers)
    const { path, query } = splitTarget(request.target)
    this.exchange = exchange
    this.runtime = runtime
    this.environment = environment
    this.#revisions = environment.debugWorker === null ? null : new Set()
    this.startedAt = environment.clock()
    const { peer, proxied } = request
    this.client = environment.clientAddress({ peer, proxied, headers })
    this.host = headers.get('host')
    this.rawPath = path
    this.isDebugged = headers.has('kong-debug')
    const expectsContinue = headers.get('expect')?.toLowerCase().includes('100-continue') ?? false
    stripRequestHops(headers)
    this.context = new GatewayContext({
      request: {
        method: request.method,
        scheme: request.scheme,
        host: this.host === undefined ? null : splitHost(this.host, request.scheme).name.toLowerCase(),
        port: environment.http.port_maps.get(request.port) ?? request.port,
        path: normalisePath(path),
        target: request.target,
        headers,
        query: new RequestQuery(query),
        hasBody: request.hasBody,
        expectsContinue,
        body: null,
      },
      response: { status: 0, headers: new HeaderBlock(), body: null },
      clientIp: this.client.ip,
      node: environment.node,
      facilities: environment.facilities,
      log: environment.log,
      record: () => recordOf(this),
      groupsOf: (consumer) => runtime.parts.plugins.value.groups.namesOf(consumer),
      lookups: identityLookups(runtime.stored, environment.credentialKeys, environment.now, (revision) =>
        this.read(revision),
      ),
    })
    this.chain = this.chainFor(null)
  }

  /** Notes that something of this revision was read for the request. */
  read(revision: number): void {
    this.#revisions?.add(revision)
  }

  /** The revisions that were really read, without repeats: one, or there is a fault. */
  get revisions(): string {
    return [...(this.#revisions ?? [])].join(',')
  }

  /** What an error page is written by. */
  get asker(): Asker {
    const { version } = this.exchange.request
    return { headers: this.context.request.headers, http: this.environment.http, version }
  }

  /** The plugins that apply as far as the route is known. */
  chainFor(consumer: string | null): Chain {
    const { revision, value: plan } = this.runtime.parts.plugins
    this.read(revision)
    const route = this.match?.rule.route ?? null
    const subject = {
      route: route?.fields.id ?? null,
      service: route?.fields.service?.id ?? null,
      consumer,
    }
    return plan.chain(route, subject)
  }
}
