import { protocols, record, string } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { luaFields } from '../fields/lua-code.ts'
import { severity } from '../fields/severity.ts'

const config = record(
  {
    log_level: severity({ required: true }),
    successful_severity: severity({ required: true }),
    client_errors_severity: severity({ required: true }),
    server_errors_severity: severity({ required: true }),
    custom_fields_by_lua: luaFields,
    facility: string({
      required: true,
      default: 'user',
      one_of: [
        'auth',
        'authpriv',
        'cron',
        'daemon',
        'ftp',
        'kern',
        'lpr',
        'mail',
        'news',
        'syslog',
        'user',
        'uucp',
        'local0',
        'local1',
        'local2',
        'local3',
        'local4',
        'local5',
        'local6',
        'local7',
      ],
      description: 'The facility is used by the operating system to decide how to handle each log message.',
    }),
  },
  { required: true },
)

export const syslogSchema = {
  name: 'syslog',
  priority: 4,
  fields: { protocols, config },
} satisfies BundledSchema
