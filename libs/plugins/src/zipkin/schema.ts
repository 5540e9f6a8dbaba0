import { array, boolean, integer, number, protocols, record, string, url } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { queue } from '../fields/queue.ts'
import { incomingTraceHeader, traceHeader, traceTimeouts } from '../fields/tracing.ts'

const config = record(
  {
    local_service_name: string({
      required: true,
      default: 'kong',
      description: 'The name of the service as displayed in Zipkin.',
    }),
    http_endpoint: url({}),
    sample_ratio: number({
      default: 0.001,
      between: [0, 1],
      description:
        'How often to sample requests that do not contain trace IDs. Set to `0` to turn sampling off, or to `1` to sample **all** requests. ',
    }),
    default_service_name: string({
      description: 'Set a default service name to override `unknown-service-name` in the Zipkin spans.',
    }),
    include_credential: boolean({
      required: true,
      default: true,
      description:
        'Specify whether the credential of the currently authenticated consumer should be included in metadata sent to the Zipkin server.',
    }),
    traceid_byte_count: integer({
      required: true,
      default: 16,
      one_of: [8, 16],
      description: "The length in bytes of each request's Trace ID.",
    }),
    header_type: incomingTraceHeader({
      required: true,
      description:
        'All HTTP requests going through the plugin are tagged with a tracing HTTP request. This property codifies what kind of tracing header the plugin expects on incoming requests',
    }),
    default_header_type: traceHeader({
      required: true,
      description:
        'Allows specifying the type of header to be added to requests with no pre-existing tracing headers and when `config.header_type` is set to `"preserve"`. When `header_type` is set to any other value, `default_header_type` is ignored.',
    }),
    tags_header: string({
      required: true,
      default: 'Zipkin-Tags',
      description:
        'The Zipkin plugin will add extra headers to the tags associated with any HTTP requests that come with a header named as configured by this property.',
    }),
    static_tags: array(
      record({
        name: string({
          required: true,
          not_one_of: [
            'error',
            'http.method',
            'http.path',
            'http.status_code',
            'kong.balancer.state',
            'kong.balancer.try',
            'kong.consumer',
            'kong.credential',
            'kong.node.id',
            'kong.route',
            'kong.service',
            'lc',
            'peer.hostname',
          ],
        }),
        value: string({ required: true }),
      }),
      {
        custom: repeatedTagProblem,
        description: 'The tags specified on this property will be added to the generated request traces.',
      },
    ),
    http_span_name: string({
      required: true,
      default: 'method',
      one_of: ['method', 'method_path'],
      description: 'Specify whether to include the HTTP path in the span name.',
    }),
    ...traceTimeouts(2000),
    http_response_header_for_traceid: string(),
    phase_duration_flavor: string({
      required: true,
      default: 'annotations',
      one_of: ['annotations', 'tags'],
      description: 'Specify whether to include the duration of each phase as an annotation or a tag.',
    }),
    queue,
  },
  { required: true },
)

export const zipkinSchema = {
  name: 'zipkin',
  priority: 100000,
  fields: { protocols, config },
} satisfies BundledSchema

function repeatedTagProblem(tags: readonly { readonly name: string }[]): string | undefined {
  const names = tags.map(({ name }) => name)
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  return repeated === undefined ? undefined : `repeated tags are not allowed: ${repeated}`
}
