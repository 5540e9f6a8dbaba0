import { host, port, protocols, record } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { luaFields } from '../fields/lua-code.ts'
import { sendTimeout } from '../fields/send-timeout.ts'

const config = record(
  {
    host: host({ required: true }),
    port: port({ required: true }),
    timeout: sendTimeout,
    custom_fields_by_lua: luaFields,
  },
  { required: true },
)

export const udpLogSchema = {
  name: 'udp-log',
  priority: 8,
  fields: { protocols, config },
} satisfies BundledSchema
