import { host, number, port, protocols, record, set, string } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { luaFields } from '../fields/lua-code.ts'
import { severity } from '../fields/severity.ts'

const config = record(
  {
    host: host({ default: 'logs-01.loggly.com' }),
    port: port({ default: 514 }),
    key: string({ required: true, encrypted: true, referenceable: true }),
    tags: set(string(), { default: ['kong'] }),
    log_level: severity({}),
    successful_severity: severity({}),
    client_errors_severity: severity({}),
    server_errors_severity: severity({}),
    timeout: number({ default: 10000 }),
    custom_fields_by_lua: luaFields,
  },
  { required: true },
)

export const logglySchema = {
  name: 'loggly',
  priority: 6,
  fields: { protocols, config },
} satisfies BundledSchema
