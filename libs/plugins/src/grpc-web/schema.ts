import { boolean, protocols, record, string } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    proto: string({
      required: false,
      description:
        'If present, describes the gRPC types and methods. Required to support payload transcoding. When absent, the web client must use application/grpw-web+proto content.',
    }),
    pass_stripped_path: boolean({
      required: false,
      description:
        'If set to `true` causes the plugin to pass the stripped request path to the upstream gRPC service.',
    }),
    allow_origin_header: string({
      required: false,
      default: '*',
      description:
        'The value of the `Access-Control-Allow-Origin` header in the response to the gRPC-Web client.',
    }),
  },
  { required: true },
)

export const grpcWebSchema = {
  name: 'grpc-web',
  priority: 3,
  fields: { protocols, config },
} satisfies BundledSchema
