import type { Rule } from '../rule.ts'

const since = '3.1.0'
const strip = { since, added: 'field', older: 'strip' } as const

export const since31: readonly Rule[] = [
  { ...strip, on: 'upstreams', field: 'use_srv_name', implied: false },
  { ...strip, on: 'plugins/acme', field: 'enable_ipv4_common_name', implied: true },
  ...redis('plugins/acme', 'storage_config.redis.ssl', 'storage_config.redis.ssl_verify'),
  { ...strip, on: 'plugins/acme', field: 'storage_config.redis.ssl_server_name', severity: 'security' },
  { ...strip, on: 'plugins/rate-limiting', field: 'error_code', implied: 429 },
  { ...strip, on: 'plugins/rate-limiting', field: 'error_message', implied: 'API rate limit exceeded' },
  ...redis('plugins/response-ratelimiting', 'redis_ssl', 'redis_ssl_verify'),
  { ...strip, on: 'plugins/response-ratelimiting', field: 'redis_server_name', severity: 'security' },
  // What the rules of 3.3 give back to nodes before it came only with 3.1: before, these were the fixed values.
  ...['plugins/datadog', 'plugins/statsd'].flatMap((on): Rule[] => [
    { ...strip, on, field: 'retry_count', implied: 10 },
    { ...strip, on, field: 'queue_size', implied: 1 },
    { ...strip, on, field: 'flush_timeout', implied: 2 },
  ]),
  { ...strip, on: 'plugins/session', field: 'cookie_persistent', implied: false },
  { ...strip, on: 'plugins/zipkin', field: 'http_response_header_for_traceid' },
]

/** Older nodes speak to Redis in the clear, and so tell it the password. */
function redis(on: string, ...fields: readonly string[]): Rule[] {
  return fields.map((field) => ({ ...strip, on, field, implied: false, severity: 'security' }))
}
