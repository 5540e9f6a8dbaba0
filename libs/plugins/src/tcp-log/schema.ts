import { boolean, host, number, port, protocols, record, string } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { luaFieldsAs } from '../fields/lua-code.ts'
import { sendTimeout } from '../fields/send-timeout.ts'

const config = record(
  {
    host: host({ required: true, description: 'The IP address or host name to send data to.' }),
    port: port({ required: true, description: 'The port to send data to on the upstream server.' }),
    timeout: sendTimeout,
    keepalive: number({
      default: 60000,
      description:
        'An optional value in milliseconds that defines how long an idle connection lives before being closed.',
    }),
    tls: boolean({
      required: true,
      default: false,
      description: 'Indicates whether to perform a TLS handshake against the remote server.',
    }),
    tls_sni: string({
      description:
        'An optional string that defines the SNI (Server Name Indication) hostname to send in the TLS handshake.',
    }),
    custom_fields_by_lua: luaFieldsAs(
      'A list of key-value pairs, where the key is the name of a log field and the value is a chunk of Lua code, whose return value sets or replaces the log field value.',
    ),
  },
  { required: true },
)

export const tcpLogSchema = {
  name: 'tcp-log',
  priority: 7,
  fields: { protocols, config },
} satisfies BundledSchema
