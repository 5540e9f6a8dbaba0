import type { Rule } from '../rule.ts'

const since = '3.4.0'

export const since34: readonly Rule[] = [
  // Groups of consumers. Without the one that limits them, their requests would be limited by nobody.
  { since, on: 'plugins', added: 'field', field: 'consumer_group', older: 'refuse' },
  { since, on: 'consumer_groups', added: 'kind', older: 'drop', idle: true },
  { since, on: 'consumer_group_consumers', added: 'kind', older: 'drop', idle: true },
  // Of this product alone. Such nodes go on judging targets by themselves.
  { since, on: 'target_health', added: 'kind', older: 'omit' },
  { since, on: 'plugins/rate-limiting', added: 'field', field: 'sync_rate', older: 'strip', implied: -1 },
]
