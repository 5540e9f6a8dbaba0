import type { Rule } from '../rule.ts'

/** Groups of consumers. Without the one that limits them, their requests would be limited by nobody. */
export const since34: readonly Rule[] = [
  { since: '3.4.0', on: 'plugins', added: 'field', field: 'consumer_group', older: 'refuse' },
  { since: '3.4.0', on: 'consumer_groups', added: 'kind', older: 'drop' },
  { since: '3.4.0', on: 'consumer_group_consumers', added: 'kind', older: 'drop' },
]
