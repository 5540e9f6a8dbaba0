import type { Row } from '../client.ts'
import type { Told } from '../older-config.ts'
import { type ConfigAt, referenceOf, textsOf } from './history.ts'

/** What of a request decides on its answer. */
export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** The first part of the path, which names a route. */
  readonly segment: string
  /** What follows, with its slash and query. */
  readonly rest: string
  readonly key: string | null
}

/** What a config says must be answered. A header that is null must not be there. */
export type Expected = FromGateway | FromUpstream

export interface FromGateway {
  readonly kind: 'gateway'
  readonly status: number
  readonly message: string
  readonly headers: Headers
}

export interface FromUpstream {
  readonly kind: 'upstream'
  readonly headers: Headers
  /** What the upstream sees. */
  readonly seen: { readonly path: string; readonly consumer: string | null; readonly marked: string | null }
  /** The ports of the targets that may be asked. */
  readonly ports: readonly number[]
  /** Whether another target is asked when one fails that may have got the request. */
  readonly repeatable: boolean
}

type Headers = Readonly<Record<string, string | null>>

/** Set by response-transformer, request-transformer and rate-limiting. */
export const ANSWER_MARK = 'x-soak-answer'
export const REQUEST_MARK = 'x-soak-request'
export const LIMIT = 'x-ratelimit-limit-hour'

/** What a node that has exactly this config answers: read from the config in the most plain way, nothing is shared with nodes. */
export function expected(config: ConfigAt, { method, segment, rest, key }: Asked): Expected {
  const route = config.list('routes', segment).find(({ entity }) => takes(entity, method))
  const service = route && config.find('services', referenceOf(route.entity.service) ?? '')
  const scope = { route: route?.id, service: service?.id }
  const answer = (status: number, message: string, of: Scope, limit: string | null = null): Expected => ({
    kind: 'gateway',
    status,
    message,
    headers: { [ANSWER_MARK]: markOf(plugin(config, 'response-transformer', of)), [LIMIT]: limit },
  })
  if (route === undefined || service === undefined)
    return answer(404, 'no Route matched with those values', {})
  const asksForKey = plugin(config, 'key-auth', scope) !== undefined
  const credential = key === null ? undefined : config.find('keyauth_credentials', key)
  if (asksForKey && key === null) return answer(401, 'No API key found in request', scope)
  if (asksForKey && credential === undefined) return answer(401, 'Invalid authentication credentials', scope)
  const consumer = asksForKey
    ? config.find('consumers', referenceOf(credential?.entity.consumer) ?? '')
    : undefined
  const known: Scope = { ...scope, consumer: consumer?.id }
  const allowed = plugin(config, 'acl', known)
  if (allowed !== undefined && !isAllowed(config, allowed, consumer))
    return consumer === undefined
      ? answer(401, 'Unauthorized', known)
      : answer(403, 'You cannot consume this service', known)
  const limit = limitOf(plugin(config, 'rate-limiting', known))
  const end = plugin(config, 'request-termination', known)
  if (end !== undefined) return answer(Number(end.status_code), String(end.message), known, limit)
  const ports = portsOf(config, service)
  if (ports.length === 0) return answer(503, 'failure to get a peer from the ring-balancer', known, limit)
  return {
    kind: 'upstream',
    headers: { [ANSWER_MARK]: markOf(plugin(config, 'response-transformer', known)), [LIMIT]: limit },
    seen: {
      path: `${service.entity.path}${route.entity.strip_path ? '' : `/${segment}`}${rest}`,
      consumer: consumer === undefined ? null : String(consumer.entity.username),
      marked: markOf(plugin(config, 'request-transformer', known)),
    },
    ports,
    repeatable: method === 'GET' || (method === 'PUT' && route.entity.request_buffering !== false),
  }
}

interface Scope {
  readonly route?: string | undefined
  readonly service?: string | undefined
  readonly consumer?: string | undefined
}

function takes({ methods }: Row, method: string): boolean {
  return !Array.isArray(methods) || methods.includes(method)
}

/** The config of the most specific instance: of the consumer, else of the route, the service, or of all. */
function plugin(config: ConfigAt, name: string, { route, service, consumer }: Scope): Row | undefined {
  const places = [
    consumer && `${name}   ${consumer}`,
    route && `${name} ${route}  `,
    service && `${name}  ${service} `,
    `${name}   `,
  ]
  for (const place of places) {
    const found = place && config.list('plugins', place).find(({ entity }) => entity.enabled !== false)
    if (found) return Object(found.entity.config)
  }
  return undefined
}

function markOf(transformer: Row | undefined): string | null {
  const [added] = textsOf(Object(transformer?.add).headers)
  return added === undefined ? null : added.slice(added.indexOf(':') + 1)
}

function limitOf(limiting: Row | undefined): string | null {
  return limiting === undefined ? null : String(limiting.hour)
}

function isAllowed(config: ConfigAt, { allow }: Row, consumer: Told | undefined): boolean {
  if (consumer === undefined) return false
  return config.list('acls', consumer.id).some(({ entity }) => textsOf(allow).includes(String(entity.group)))
}

function portsOf(config: ConfigAt, { entity: { host, port } }: Told): readonly number[] {
  const upstream = config.find('upstreams', String(host))
  if (upstream === undefined) return [Number(port)]
  return config
    .list('targets', upstream.id)
    .filter(({ entity }) => entity.weight !== 0)
    .map(({ entity }) => Number(String(entity.target).split(':')[1]))
}
