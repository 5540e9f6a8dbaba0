import { boolean, noConsumer, protocolsHttp, record, string, type ValueOf } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    anonymous: string({
      description:
        'An optional string (Consumer UUID or username) value to use as an “anonymous” consumer if authentication fails. If empty (default null), the request will fail with an authentication failure `4xx`. Please note that this value must refer to the Consumer `id` or `username` attribute, and **not** its `custom_id`.',
    }),
    hide_credentials: boolean({
      required: true,
      default: false,
      description:
        'An optional boolean value telling the plugin to show or hide the credential from the upstream service. If `true`, the plugin will strip the credential from the request (i.e. the `Authorization` header) before proxying it.',
    }),
  },
  { required: true },
)
export type BasicAuthConfig = ValueOf<typeof config>

export const basicAuthSchema = {
  name: 'basic-auth',
  priority: 1100,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
} satisfies BundledSchema
