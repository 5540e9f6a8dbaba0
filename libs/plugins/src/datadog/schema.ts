import { array, host, number, port, protocols, record, string } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { consumerIdentifier, sampleRateCheck, statTypes } from '../fields/metrics.ts'
import { formerQueueCheck, formerQueueFields, queue } from '../fields/queue.ts'

const timer = (name: string) => ({
  name,
  stat_type: 'timer',
  tags: ['app:kong'],
  consumer_identifier: 'custom_id',
})
const DEFAULT_METRICS = [
  { ...timer('request_count'), stat_type: 'counter', sample_rate: 1 },
  ...['latency', 'request_size', 'response_size', 'upstream_latency', 'kong_latency'].map(timer),
]

const config = record(
  {
    host: host({ default: 'localhost', referenceable: true }),
    port: port({ default: 8125 }),
    prefix: string({ default: 'kong', description: "String to be attached as a prefix to a metric's name." }),
    service_name_tag: string({
      default: 'name',
      description: 'String to be attached as the name of the service.',
    }),
    status_tag: string({
      default: 'status',
      description: 'String to be attached as the tag of the HTTP status.',
    }),
    consumer_tag: string({
      default: 'consumer',
      description: 'String to be attached as tag of the consumer.',
    }),
    ...formerQueueFields,
    queue,
    metrics: array(
      record(
        {
          name: string({
            required: true,
            one_of: [
              'kong_latency',
              'latency',
              'request_count',
              'request_size',
              'response_size',
              'upstream_latency',
            ],
            description: 'Datadog metric’s name',
          }),
          stat_type: string({
            required: true,
            one_of: [...statTypes, 'distribution'],
            description: 'Determines what sort of event the metric represents',
          }),
          tags: array(string({ match: '^.*[^:]$' }), { description: 'List of tags' }),
          sample_rate: number({ between: [0, 1], description: 'Sampling rate' }),
          consumer_identifier: consumerIdentifier({ description: 'Authenticated user detail' }),
        },
        {
          entity_checks: [sampleRateCheck],
        },
      ),
      {
        required: true,
        default: DEFAULT_METRICS,
        description: 'List of metrics to be logged.',
      },
    ),
  },
  { required: true, entity_checks: [formerQueueCheck] },
)

export const datadogSchema = {
  name: 'datadog',
  priority: 10,
  fields: { protocols, config },
} satisfies BundledSchema
