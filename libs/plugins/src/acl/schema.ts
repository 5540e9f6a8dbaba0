import {
  array,
  atLeastOneOf,
  boolean,
  noConsumer,
  onlyOneOf,
  protocolsHttp,
  record,
  string,
  type ValueOf,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    allow: array(string()),
    deny: array(string()),
    hide_groups_header: boolean({ required: true, default: false }),
  },
  { required: true },
)
export type AclConfig = ValueOf<typeof config>

export const aclSchema = {
  name: 'acl',
  priority: 950,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  checks: [onlyOneOf('config.allow', 'config.deny'), atLeastOneOf('config.allow', 'config.deny')],
} satisfies BundledSchema
