import { boolean, protocols, record, string, type ValueOf } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { luaFields } from '../fields/lua-code.ts'

const config = record(
  {
    path: string({
      required: true,
      match: '^[^*&%%\\`]+$',
      err: 'not a valid filename',
      description:
        "The file path of the output log file. The plugin creates the log file if it doesn't exist yet.",
    }),
    reopen: boolean({
      required: true,
      default: false,
      description: 'Determines whether the log file is closed and reopened on every request.',
    }),
    custom_fields_by_lua: luaFields,
  },
  { required: true },
)
export type FileLogConfig = ValueOf<typeof config>

export const fileLogSchema = {
  name: 'file-log',
  priority: 9,
  fields: { protocols, config },
} satisfies BundledSchema
