import type { Entity, Json, JsonObject } from '@biplane/entities'
import type { PluginContext } from './context.ts'
import { formPairs } from './form-pairs.ts'
import { gather } from './gather.ts'

/** A request as all logging plugins tell of it: the fields of Kong's log serializer. For the `log` phase. */
export function logEntry(context: PluginContext): JsonObject {
  const { request, response, record, route, service, consumer, credential } = context
  const { attempts, latencies, tls } = record
  return {
    request: {
      uri: request.target,
      url: record.url,
      querystring: querystring(request),
      method: request.method,
      headers: concealed(gather(record.requestHeaders)),
      size: record.requestBytes,
      ...(tls === null ? {} : { tls: { ...tls, client_verify: 'NONE' } }),
    },
    upstream_uri: record.upstreamTarget,
    upstream_status: (attempts ?? []).map(({ status }) => status).join(', '),
    response: {
      status: response.status,
      headers: gather(response.headers.entries()),
      size: record.responseBytes,
    },
    latencies: { kong: latencies.gateway, proxy: latencies.upstream, request: latencies.request },
    ...(attempts === null ? {} : { tries: attempts.map((attempt) => shownAttempt(attempt)) }),
    ...(credential === null ? {} : { authenticated_entity: authenticatedEntity(credential) }),
    ...(route === null ? {} : { route: withoutNulls(route) }),
    ...(service === null ? {} : { service: withoutNulls(service) }),
    ...(consumer === null ? {} : { consumer: withoutNulls(consumer) }),
    client_ip: context.clientIp,
    started_at: record.startedAt,
  }
}

/** As in Kong, an argument without `=` is true. */
function querystring({ query, target }: PluginContext['request']): JsonObject {
  const begin = target.indexOf('?') + 1
  const raw = begin === 0 ? '' : target.slice(begin)
  const bare = new Set<string>()
  for (const [name, written] of formPairs(Buffer.from(raw, 'latin1')))
    if (!written.includes('=')) bare.add(name)
  const gathered = Object.entries(gather(query.entries()))
  return Object.fromEntries(
    gathered.map(([name, value]) => [name, value === '' && bare.has(name) ? true : value]),
  )
}

export function shownAttempt({
  ip,
  port,
  startedAt,
  choosingMs,
  status,
  failed,
}: NonNullable<PluginContext['record']['attempts']>[number]): JsonObject {
  const shown = { ip, port, balancer_latency: choosingMs, balancer_start: startedAt }
  return failed ? { ...shown, state: 'failed', code: status } : shown
}

/** What clients prove who they are with does not belong in logs. */
function concealed(headers: JsonObject): JsonObject {
  const secret = ['authorization', 'proxy-authorization'].filter((name) => Object.hasOwn(headers, name))
  return { ...headers, ...Object.fromEntries(secret.map((name) => [name, 'REDACTED'])) }
}

function authenticatedEntity({ id, consumer }: Entity): JsonObject {
  const owner: Json =
    typeof consumer === 'object' && consumer !== null && 'id' in consumer ? (consumer.id ?? null) : null
  return owner === null ? { id } : { id, consumer_id: owner }
}

export function withoutNulls(entity: Entity): JsonObject {
  const kept: Record<string, Json> = {}
  for (const [name, value] of Object.entries(entity)) if (value !== null) kept[name] = value
  return kept
}
