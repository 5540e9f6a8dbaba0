import type { Rule } from '../rule.ts'

/** Kinds that have had `updated_at` only since 3.3; services, routes and others have had it for ever. */
const kinds = ['consumers', 'plugins', 'workspaces']

export const since33: readonly Rule[] = kinds.map((on) => ({
  since: '3.3.0',
  on,
  added: 'field',
  field: 'updated_at',
  older: 'strip',
}))
