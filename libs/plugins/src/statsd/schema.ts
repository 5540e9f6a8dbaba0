import { array, boolean, host, integer, number, port, protocols, record, string } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { consumerIdentifier, sampleRateCheck, statTypes } from '../fields/metrics.ts'
import { formerQueueCheck, queue } from '../fields/queue.ts'

const SERVICE_IDENTIFIERS = ['service_id', 'service_name', 'service_host', 'service_name_or_host'] as const
const WORKSPACE_IDENTIFIERS = ['workspace_id', 'workspace_name'] as const

const counter = (name: string) => ({ name, stat_type: 'counter', sample_rate: 1 })
const timer = (name: string) => ({ name, stat_type: 'timer' })
const DEFAULT_METRICS = [
  counter('request_count'),
  timer('latency'),
  counter('request_size'),
  counter('status_count'),
  counter('response_size'),
  { name: 'unique_users', stat_type: 'set' },
  counter('request_per_user'),
  timer('upstream_latency'),
  timer('kong_latency'),
  counter('status_count_per_user'),
  counter('status_count_per_workspace'),
  counter('status_count_per_user_per_route'),
  { name: 'shdict_usage', stat_type: 'gauge', sample_rate: 1 },
]

const config = record(
  {
    host: host({
      default: 'localhost',
      description: 'The IP address or hostname of StatsD server to send data to.',
    }),
    port: port({ default: 8125, description: 'The port of StatsD server to send data to.' }),
    prefix: string({ default: 'kong', description: "String to prefix to each metric's name." }),
    metrics: array(
      record(
        {
          name: string({
            required: true,
            one_of: [
              'kong_latency',
              'latency',
              'request_count',
              'request_per_user',
              'request_size',
              'response_size',
              'status_count',
              'status_count_per_user',
              'unique_users',
              'upstream_latency',
              'status_count_per_workspace',
              'status_count_per_user_per_route',
              'shdict_usage',
            ],
            description: 'StatsD metric’s name.',
          }),
          stat_type: string({
            required: true,
            one_of: statTypes,
            description: 'Determines what sort of event a metric represents.',
          }),
          sample_rate: number({ gt: 0, description: 'Sampling rate' }),
          consumer_identifier: consumerIdentifier({ description: 'Authenticated user detail.' }),
          service_identifier: string({ one_of: SERVICE_IDENTIFIERS, description: 'Service detail.' }),
          workspace_identifier: string({ one_of: WORKSPACE_IDENTIFIERS, description: 'Workspace detail.' }),
        },
        {
          entity_checks: [sampleRateCheck],
        },
      ),
      {
        default: DEFAULT_METRICS,
        description: 'List of metrics to be logged.',
      },
    ),
    allow_status_codes: array(string({ match: '^[0-9]+-[0-9]+$' }), {
      description: 'List of status code ranges that are allowed to be logged in metrics.',
    }),
    udp_packet_size: number({ default: 0, between: [0, 65507] }),
    use_tcp: boolean({ default: false }),
    hostname_in_prefix: boolean({ default: false }),
    consumer_identifier_default: consumerIdentifier({ required: true, default: 'custom_id' }),
    service_identifier_default: string({
      required: true,
      default: 'service_name_or_host',
      one_of: SERVICE_IDENTIFIERS,
    }),
    workspace_identifier_default: string({
      required: true,
      default: 'workspace_id',
      one_of: WORKSPACE_IDENTIFIERS,
    }),
    retry_count: integer(),
    queue_size: integer(),
    flush_timeout: number(),
    tag_style: string({ required: false, one_of: ['dogstatsd', 'influxdb', 'librato', 'signalfx'] }),
    queue,
  },
  { required: true, entity_checks: [formerQueueCheck] },
)

export const statsdSchema = {
  name: 'statsd',
  priority: 11,
  fields: { protocols, config },
} satisfies BundledSchema
