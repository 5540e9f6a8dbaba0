import { boolean, protocolsHttp, record, string, type ValueOf } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    header_name: string({
      default: 'Kong-Request-ID',
      description: 'The HTTP header name to use for the correlation ID.',
    }),
    generator: string({
      default: 'uuid#counter',
      one_of: ['uuid', 'uuid#counter', 'tracker'],
      description:
        'The generator to use for the correlation ID. Accepted values are `uuid`, `uuid#counter`, and `tracker`. See [Generators](#generators).',
    }),
    echo_downstream: boolean({
      required: true,
      default: false,
      description: 'Whether to echo the header back to downstream (the client).',
    }),
  },
  { required: true },
)
export type CorrelationIdConfig = ValueOf<typeof config>

export const correlationIdSchema = {
  name: 'correlation-id',
  priority: 1,
  fields: { protocols: protocolsHttp, config },
} satisfies BundledSchema
