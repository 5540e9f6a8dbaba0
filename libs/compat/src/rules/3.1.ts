import type { Rule } from '../rule.ts'

export const since31: readonly Rule[] = [
  { since: '3.1.0', on: 'upstreams', added: 'field', field: 'use_srv_name', older: 'strip' },
]
