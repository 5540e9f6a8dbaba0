import { headerName, integer, map, protocolsHttp, record, string, url } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { formerFieldsCheck, queue } from '../fields/queue.ts'
import { incomingTraceHeader, traceTimeouts } from '../fields/tracing.ts'

const config = record(
  {
    endpoint: url({ required: true, referenceable: true }),
    headers: map(headerName({}), string({ referenceable: true }), {
      description:
        'The custom headers to be added in the HTTP request sent to the OTLP server. This setting is useful for adding the authentication headers (token) for the APM backend.',
    }),
    resource_attributes: map(string({ required: true }), string({ required: true })),
    queue,
    batch_span_count: integer({ description: 'The number of spans to be sent in a single batch.' }),
    batch_flush_delay: integer({ description: 'The delay, in seconds, between two consecutive batches.' }),
    ...traceTimeouts(1000),
    http_response_header_for_traceid: string(),
    header_type: incomingTraceHeader({ required: false }),
  },
  { required: true, entity_checks: [formerFieldsCheck('batch_span_count', 'batch_flush_delay')] },
)

export const opentelemetrySchema = {
  name: 'opentelemetry',
  version: '0.1.0',
  priority: 14,
  fields: { protocols: protocolsHttp, config },
} satisfies BundledSchema
