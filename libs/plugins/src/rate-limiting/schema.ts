import {
  atLeastOneOf,
  boolean,
  conditional,
  headerName,
  number,
  path,
  protocolsHttp,
  record,
  string,
  type ValueOf,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { type Limits, limitsProblem, neededByRedis, PERIODS, policy } from '../fields/rate-limits.ts'
import { redisFields } from '../fields/redis.ts'

const limit = (period: string) =>
  number({ gt: 0, description: `The number of HTTP requests that can be made per ${period}.` })

const config = record(
  {
    second: limit('second'),
    minute: limit('minute'),
    hour: limit('hour'),
    day: limit('day'),
    month: limit('month'),
    year: limit('year'),
    limit_by: string({
      default: 'consumer',
      one_of: ['consumer', 'credential', 'ip', 'service', 'header', 'path'],
      description: 'The entity that is used when aggregating the limits.',
    }),
    header_name: headerName({}),
    path: path({}),
    policy: policy({ len_min: 0 }),
    fault_tolerant: boolean({
      required: true,
      default: true,
      description:
        'A boolean value that determines if the requests should be proxied even if Kong has troubles connecting a third-party data store. If `true`, requests will be proxied anyway, effectively disabling the rate-limiting function until the data store is working again. If `false`, then the clients will see `500` errors.',
    }),
    ...redisFields,
    hide_client_headers: boolean({
      required: true,
      default: false,
      description: 'Optionally hide informative response headers.',
    }),
    error_code: number({
      default: 429,
      gt: 0,
      description: 'Set a custom error code to return when the rate limit is exceeded.',
    }),
    error_message: string({
      default: 'API rate limit exceeded',
      description: 'Set a custom error message to return when the rate limit is exceeded.',
    }),
    sync_rate: number({
      required: true,
      default: -1,
      description:
        'How often to sync counter data to the central data store. A value of -1 results in synchronous behavior.',
    }),
  },
  { required: true, custom: (config: Config) => limitsProblem(config) ?? syncRateProblem(config) },
)
export type RateLimitingConfig = ValueOf<typeof config>

export const rateLimitingSchema = {
  name: 'rate-limiting',
  priority: 910,
  fields: { protocols: protocolsHttp, config },
  checks: [
    atLeastOneOf(...PERIODS.map((period) => `config.${period}`)),
    neededByRedis('redis_host'),
    neededByRedis('redis_port'),
    neededToLimitBy('header', 'header_name'),
    neededToLimitBy('path', 'path'),
    neededByRedis('redis_timeout'),
  ],
} satisfies BundledSchema

function neededToLimitBy(what: 'header' | 'path', field: 'header_name' | 'path') {
  return conditional({
    if_field: 'config.limit_by',
    if_match: { eq: what },
    then_field: `config.${field}`,
    then_match: { required: true },
  })
}

interface Config extends Limits {
  readonly policy: string | null
  readonly sync_rate: number
}

/** Counters are sent to a Redis every so many seconds, or with every request. */
function syncRateProblem({ policy, sync_rate: rate }: Config): string | undefined {
  if (rate === -1) return undefined
  if (policy !== 'redis') return 'sync_rate can only be used with the redis policy'
  return rate < 0.02 ? 'sync_rate must be greater than 0.02, or -1 to disable' : undefined
}
