import {
  headerName,
  map,
  number,
  protocols,
  record,
  string,
  url,
  urlParts,
  type ValueOf,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { luaFields } from '../fields/lua-code.ts'
import { formerQueueCheck, formerQueueFields, queue } from '../fields/queue.ts'
import { sendTimeout } from '../fields/send-timeout.ts'

const config = record(
  {
    http_endpoint: url({ required: true, encrypted: true, referenceable: true }),
    method: string({
      default: 'POST',
      one_of: ['POST', 'PUT', 'PATCH'],
      description:
        'An optional method used to send data to the HTTP server. Supported values are `POST` (default), `PUT`, and `PATCH`.',
    }),
    content_type: string({
      default: 'application/json',
      one_of: ['application/json', 'application/json; charset=utf-8'],
      description: 'Indicates the type of data sent. The only available option is `application/json`.',
    }),
    timeout: sendTimeout,
    keepalive: number({
      default: 60000,
      description:
        'An optional value in milliseconds that defines how long an idle connection will live before being closed.',
    }),
    ...formerQueueFields,
    headers: map(
      headerName({
        match_none: [
          { pattern: '^[Hh][Oo][Ss][Tt]$', err: "cannot contain 'Host' header" },
          {
            pattern: '^[Cc][Oo][Nn][Tt][Ee][Nn][Tt]%-[Ll][Ee][nn][Gg][Tt][Hh]$',
            err: "cannot contain 'Content-Length' header",
          },
          {
            pattern: '^[Cc][Oo][Nn][Tt][Ee][Nn][Tt]%-[Tt][Yy][Pp][Ee]$',
            err: "cannot contain 'Content-Type' header",
          },
        ],
      }),
      string({ referenceable: true }),
      {
        description:
          'An optional table of headers included in the HTTP message to the upstream server. Values are indexed by header name, and each header name accepts a single string.',
      },
    ),
    queue,
    custom_fields_by_lua: luaFields,
  },
  { required: true, entity_checks: [formerQueueCheck], custom: credentialsProblem },
)
export type HttpLogConfig = ValueOf<typeof config>

export const httpLogSchema = {
  name: 'http-log',
  priority: 12,
  fields: { protocols, config },
} satisfies BundledSchema

interface Destination {
  readonly http_endpoint: string
  readonly headers: Readonly<Record<string, string>> | null
}

/** There is one way to authenticate: by the URL, or by a header. */
function credentialsProblem({ http_endpoint: endpoint, headers }: Destination): string | undefined {
  if (urlParts(endpoint).userinfo === undefined) return undefined
  const authorized = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'authorization')
  return authorized
    ? "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed"
    : undefined
}
