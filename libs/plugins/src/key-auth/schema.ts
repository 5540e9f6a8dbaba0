import {
  array,
  boolean,
  headerName,
  noConsumer,
  protocolsHttp,
  record,
  string,
  type ValueOf,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    key_names: array(headerName({}), {
      default: ['apikey'],
      required: true,
      description:
        'Describes an array of parameter names where the plugin will look for a key. The key names may only contain [a-z], [A-Z], [0-9], [_] underscore, and [-] hyphen.',
    }),
    hide_credentials: boolean({
      default: false,
      required: true,
      description:
        'An optional boolean value telling the plugin to show or hide the credential from the upstream service. If `true`, the plugin strips the credential from the request.',
    }),
    anonymous: string({
      description:
        'An optional string (consumer UUID or username) value to use as an “anonymous” consumer if authentication fails. If empty (default null), the request will fail with an authentication failure `4xx`.',
    }),
    key_in_header: boolean({
      default: true,
      required: true,
      description:
        'If enabled (default), the plugin reads the request header and tries to find the key in it.',
    }),
    key_in_query: boolean({
      default: true,
      required: true,
      description:
        'If enabled (default), the plugin reads the query parameter in the request and tries to find the key in it.',
    }),
    key_in_body: boolean({
      default: false,
      required: true,
      description:
        'If enabled, the plugin reads the request body. Supported MIME types: `application/www-form-urlencoded`, `application/json`, and `multipart/form-data`.',
    }),
    run_on_preflight: boolean({
      default: true,
      required: true,
      description:
        'A boolean value that indicates whether the plugin should run (and try to authenticate) on `OPTIONS` preflight requests. If set to `false`, then `OPTIONS` requests are always allowed.',
    }),
  },
  { required: true },
)
export type KeyAuthConfig = ValueOf<typeof config>

export const keyAuthSchema = {
  name: 'key-auth',
  priority: 1250,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
} satisfies BundledSchema
