import type { Rule } from '../rule.ts'

/** Kinds that have had `updated_at` only since 3.3; services, routes and others have had it for ever. */
const kinds = [
  ...['ca_certificates', 'certificates', 'consumers', 'plugins', 'snis'],
  ...['targets', 'upstreams', 'workspaces'],
]

export const since33: readonly Rule[] = [
  ...kinds.map((on): Rule => ({ since: '3.3.0', on, added: 'field', field: 'updated_at', older: 'strip' })),
  {
    since: '3.3.0',
    on: 'vaults',
    respelled: 'config.prefix',
    replace: '-',
    by: '_',
    when: { field: 'name', value: 'env' },
  },
]
