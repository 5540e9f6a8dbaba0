import { conditional, string } from '@biplane/entities'

/** What a metric may be. */
export const statTypes = ['counter', 'gauge', 'histogram', 'meter', 'set', 'timer'] as const

/** By what a consumer is told apart in a metric. */
export function consumerIdentifier<
  const A extends {
    readonly required?: true
    readonly default?: 'custom_id'
    readonly description?: string
  },
>(attributes: A) {
  return string({ one_of: ['consumer_id', 'custom_id', 'username'], ...attributes })
}

/** Counters and gauges are sampled. */
export const sampleRateCheck = conditional({
  if_field: 'stat_type',
  if_match: { one_of: ['counter', 'gauge'] },
  then_field: 'sample_rate',
  then_match: { required: true },
})
