import { host, number, port, protocols, record } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { luaFields } from '../fields/lua-code.ts'

const config = record(
  {
    host: host({ required: true }),
    port: port({ required: true }),
    timeout: number({
      default: 10000,
      description: 'An optional timeout in milliseconds when sending data to the upstream server.',
    }),
    custom_fields_by_lua: luaFields,
  },
  { required: true },
)

export const udpLogSchema = {
  name: 'udp-log',
  priority: 8,
  fields: { protocols, config },
} satisfies BundledSchema
