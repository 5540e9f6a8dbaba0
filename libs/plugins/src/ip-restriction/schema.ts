import {
  array,
  atLeastOneOf,
  ipOrCidr,
  number,
  protocol,
  record,
  set,
  string,
  type ValueOf,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

/** Unlike most plugins it works on streams too. */
const streamToo = set(protocol({}), {
  required: true,
  default: ['http', 'https', 'tcp', 'tls', 'grpc', 'grpcs'],
  description: 'A set of strings representing protocols.',
})

const config = record(
  {
    allow: array(ipOrCidr, {
      description:
        'List of IPs or CIDR ranges to allow. One of `config.allow` or `config.deny` must be specified.',
    }),
    deny: array(ipOrCidr, {
      description:
        'List of IPs or CIDR ranges to deny. One of `config.allow` or `config.deny` must be specified.',
    }),
    status: number({
      required: false,
      description: 'The HTTP status of the requests that will be rejected by the plugin.',
    }),
    message: string({
      required: false,
      description: 'The message to send as a response body to rejected requests.',
    }),
  },
  { required: true },
)
export type IpRestrictionConfig = ValueOf<typeof config>

export const ipRestrictionSchema = {
  name: 'ip-restriction',
  priority: 990,
  fields: { protocols: streamToo, config },
  checks: [atLeastOneOf('config.allow', 'config.deny')],
} satisfies BundledSchema
