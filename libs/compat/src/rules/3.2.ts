import type { Rule } from '../rule.ts'

const since = '3.2.0'
const strip = { since, added: 'field', older: 'strip' } as const

export const since32: readonly Rule[] = [
  {
    since,
    on: 'services',
    added: 'fields',
    fields: ['client_certificate', 'tls_verify', 'tls_verify_depth', 'ca_certificates'],
    when: { field: 'protocol', value: 'tls' },
    severity: 'security',
  },
  { ...strip, on: 'plugins', field: 'instance_name' },
  {
    since,
    on: 'upstreams',
    added: 'value',
    field: 'algorithm',
    value: 'latency',
    older: { use: 'round-robin' },
  },
  { ...strip, on: 'plugins/statsd', field: 'tag_style' },
  {
    ...strip,
    on: 'plugins/aws-lambda',
    field: 'aws_imds_protocol_version',
    implied: 'v1',
    severity: 'security',
  },
  { ...strip, on: 'plugins/zipkin', field: 'phase_duration_flavor', implied: 'annotations' },
  ...session(),
]

/** Another library keeps sessions since 3.2, in other words. */
function session(): Rule[] {
  const on = 'plugins/session'
  return [
    { since, on, renamed: 'idling_timeout', from: 'cookie_idletime' },
    { since, on, renamed: 'rolling_timeout', from: 'cookie_lifetime' },
    { since, on, renamed: 'stale_ttl', from: 'cookie_discard' },
    { since, on, added: 'value', field: 'cookie_same_site', value: 'Default', older: { use: 'Lax' } },
    { since, on, renamed: 'cookie_same_site', from: 'cookie_samesite' },
    { since, on, renamed: 'cookie_http_only', from: 'cookie_httponly' },
    { since, on, renamed: 'remember', from: 'cookie_persistent' },
    // A session of another audience counts, and one that is used again and again never ends.
    { ...strip, on, field: 'audience', implied: 'default', severity: 'security' },
    { ...strip, on, field: 'absolute_timeout', implied: 0, severity: 'security' },
    { ...strip, on, field: 'remember_cookie_name' },
    { ...strip, on, field: 'remember_rolling_timeout' },
    { ...strip, on, field: 'remember_absolute_timeout' },
    { ...strip, on, field: 'response_headers' },
    { ...strip, on, field: 'request_headers' },
  ]
}
