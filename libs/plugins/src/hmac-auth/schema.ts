import { array, boolean, noConsumer, number, protocolsHttp, record, string } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    hide_credentials: boolean({
      required: true,
      default: false,
      description:
        'An optional boolean value telling the plugin to show or hide the credential from the upstream service.',
    }),
    clock_skew: number({
      default: 300,
      gt: 0,
      description: 'Clock skew in seconds to prevent replay attacks.',
    }),
    anonymous: string({
      description:
        'An optional string (Consumer UUID or username) value to use as an “anonymous” consumer if authentication fails.',
    }),
    validate_request_body: boolean({
      required: true,
      default: false,
      description: 'A boolean value telling the plugin to enable body validation.',
    }),
    enforce_headers: array(string(), {
      default: [],
      description: 'A list of headers that the client should at least use for HTTP signature creation.',
    }),
    algorithms: array(string({ one_of: ['hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'] }), {
      default: ['hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'],
      description:
        'A list of HMAC digest algorithms that the user wants to support. Allowed values are `hmac-sha1`, `hmac-sha256`, `hmac-sha384`, and `hmac-sha512`',
    }),
  },
  { required: true },
)

export const hmacAuthSchema = {
  name: 'hmac-auth',
  priority: 1030,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
} satisfies BundledSchema
