import {
  array,
  boolean,
  noConsumer,
  number,
  protocolsHttp,
  record,
  regexProblem,
  slowPatternProblem,
  string,
  type ValueOf,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'] as const

const config = record(
  {
    origins: array(string({ custom: originProblem, harm: originHarm }), {
      description:
        'List of allowed domains for the `Access-Control-Allow-Origin` header. If you want to allow all origins, add `*` as a single value to this configuration field. The accepted values can either be flat strings or PCRE regexes.',
    }),
    headers: array(string(), { description: 'Value for the `Access-Control-Allow-Headers` header.' }),
    exposed_headers: array(string(), {
      description:
        'Value for the `Access-Control-Expose-Headers` header. If not specified, no custom headers are exposed.',
    }),
    methods: array(string({ one_of: METHODS }), {
      default: METHODS,
      description:
        "'Value for the `Access-Control-Allow-Methods` header. Available options include `GET`, `HEAD`, `PUT`, `PATCH`, `POST`, `DELETE`, `OPTIONS`, `TRACE`, `CONNECT`. By default, all options are allowed.'",
    }),
    max_age: number({
      description: 'Indicates how long the results of the preflight request can be cached, in `seconds`.',
    }),
    credentials: boolean({
      required: true,
      default: false,
      description:
        'Flag to determine whether the `Access-Control-Allow-Credentials` header should be sent with `true` as the value.',
    }),
    preflight_continue: boolean({
      required: true,
      default: false,
      description:
        'A boolean value that instructs the plugin to proxy the `OPTIONS` preflight request to the Upstream service.',
    }),
  },
  { required: true },
)
export type CorsConfig = ValueOf<typeof config>

export const corsSchema = {
  name: 'cors',
  priority: 2000,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
} satisfies BundledSchema

/** Every origin, one as it is, or a regular expression of some; nothing tells the last two apart. */
function originProblem(origin: string): string | undefined {
  const fits = origin === '*' || regexProblem(origin) === undefined
  return fits ? undefined : `'${origin}' is not a valid regex`
}

/** An origin is matched as a whole. */
function originHarm(origin: string): string | undefined {
  return origin === '*' ? undefined : slowPatternProblem(origin, 'whole')
}
