import { boolean, integer, protocolsHttp, record, string, type ValueOf } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    allowed_payload_size: integer({
      default: 128,
      description: 'Allowed request payload size in megabytes. Default is `128` megabytes (128000000 bytes).',
    }),
    size_unit: string({
      required: true,
      default: 'megabytes',
      one_of: ['megabytes', 'kilobytes', 'bytes'],
      description:
        'Size unit can be set either in `bytes`, `kilobytes`, or `megabytes` (default). This configuration is not available in versions prior to Kong Gateway 1.3 and Kong Gateway (OSS) 2.0.',
    }),
    require_content_length: boolean({
      required: true,
      default: false,
      description:
        'Set to `true` to ensure a valid `Content-Length` header exists before reading the request body.',
    }),
  },
  { required: true },
)
export type RequestSizeLimitingConfig = ValueOf<typeof config>

export const requestSizeLimitingSchema = {
  name: 'request-size-limiting',
  priority: 951,
  fields: { protocols: protocolsHttp, config },
} satisfies BundledSchema
