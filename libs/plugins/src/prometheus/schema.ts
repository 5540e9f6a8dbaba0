import { boolean, protocols, record, type ValueOf } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    per_consumer: boolean({
      default: false,
      description:
        'A boolean value that determines if per-consumer metrics should be collected. If enabled, the `kong_http_requests_total` and `kong_bandwidth_bytes` metrics fill in the consumer label when available.',
    }),
    status_code_metrics: boolean({
      default: false,
      description:
        'A boolean value that determines if status code metrics should be collected. If enabled, `http_requests_total`, `stream_sessions_total` metrics will be exported.',
    }),
    latency_metrics: boolean({
      default: false,
      description:
        'A boolean value that determines if status code metrics should be collected. If enabled, `kong_latency_ms`, `upstream_latency_ms` and `request_latency_ms` metrics will be exported.',
    }),
    bandwidth_metrics: boolean({
      default: false,
      description:
        'A boolean value that determines if status code metrics should be collected. If enabled, `bandwidth_bytes` and `stream_sessions_total` metrics will be exported.',
    }),
    upstream_health_metrics: boolean({
      default: false,
      description:
        'A boolean value that determines if status code metrics should be collected. If enabled, `upstream_target_health` metric will be exported.',
    }),
  },
  { required: true },
)
export type PrometheusConfig = ValueOf<typeof config>

export const prometheusSchema = {
  name: 'prometheus',
  priority: 13,
  fields: { protocols, config },
} satisfies BundledSchema
