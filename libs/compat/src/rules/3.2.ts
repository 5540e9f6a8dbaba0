import type { Rule } from '../rule.ts'

export const since32: readonly Rule[] = [
  {
    since: '3.2.0',
    on: 'services',
    added: 'fields',
    fields: ['client_certificate', 'tls_verify', 'tls_verify_depth', 'ca_certificates'],
    when: { field: 'protocol', value: 'tls' },
    severity: 'security',
  },
  { since: '3.2.0', on: 'plugins', added: 'field', field: 'instance_name', older: 'strip' },
  {
    since: '3.2.0',
    on: 'upstreams',
    added: 'value',
    field: 'algorithm',
    value: 'latency',
    older: { use: 'round-robin' },
  },
]
