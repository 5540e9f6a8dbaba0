import type { JsonObject } from '@biplane/entities'
import type { Rule } from '../rule.ts'

const since = '3.3.0'
const strip = { since, added: 'field', older: 'strip' } as const

/** Kinds that have had `updated_at` only since 3.3; services, routes and others have had it for ever. */
const kinds = [
  ...['ca_certificates', 'certificates', 'consumers', 'plugins', 'snis'],
  ...['targets', 'upstreams', 'workspaces'],
]

/** How the plugins gather what they send where nobody says anything else; older nodes do it in a way of their own. */
const queue: JsonObject = {
  ...{ max_batch_size: 1, max_coalescing_delay: 1, max_entries: 10000, max_bytes: null },
  ...{ max_retry_time: 60, initial_retry_delay: 0.01, max_retry_delay: 60 },
}

export const since33: readonly Rule[] = [
  ...kinds.map((on): Rule => ({ ...strip, on, field: 'updated_at', idle: true })),
  {
    since,
    on: 'vaults',
    respelled: 'config.prefix',
    replace: '-',
    by: '_',
    when: { field: 'name', value: 'env' },
  },
  { ...strip, on: 'plugins/acme', field: 'account_key' },
  { ...strip, on: 'plugins/acme', field: 'storage_config.redis.namespace', implied: '' },
  { ...strip, on: 'plugins/aws-lambda', field: 'disable_https', implied: false },
  { ...strip, on: 'plugins/proxy-cache', field: 'ignore_uri_case', implied: false },
  { ...strip, on: 'plugins/opentelemetry', field: 'http_response_header_for_traceid' },
  { ...strip, on: 'plugins/opentelemetry', field: 'header_type', implied: 'preserve' },
  ...['plugins/datadog', 'plugins/statsd'].flatMap((on): Rule[] => [
    { since, on, replaced: 'retry_count', by: null, otherwise: 10 },
    { since, on, replaced: 'queue_size', by: 'queue.max_batch_size', otherwise: 1 },
    { since, on, replaced: 'flush_timeout', by: 'queue.max_coalescing_delay', otherwise: 2 },
  ]),
  {
    since,
    on: 'plugins/opentelemetry',
    replaced: 'batch_span_count',
    by: 'queue.max_batch_size',
    otherwise: 200,
  },
  {
    since,
    on: 'plugins/opentelemetry',
    replaced: 'batch_flush_delay',
    by: 'queue.max_coalescing_delay',
    otherwise: 3,
  },
  ...['datadog', 'http-log', 'opentelemetry', 'statsd', 'zipkin'].map(
    (name): Rule => ({ ...strip, on: `plugins/${name}`, field: 'queue', implied: queue }),
  ),
]
