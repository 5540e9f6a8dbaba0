import {
  atLeastOneOf,
  boolean,
  host,
  map,
  number,
  port,
  protocolsHttp,
  record,
  serverName,
  string,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { type Limits, limitsProblem, neededByRedis, PERIODS, policy } from '../fields/rate-limits.ts'
import { redisFields } from '../fields/redis.ts'

const limit = number({ gt: 0 })

const config = record(
  {
    header_name: string({
      default: 'x-kong-limit',
      description: 'The name of the response header used to increment the counters.',
    }),
    limit_by: string({
      default: 'consumer',
      one_of: ['consumer', 'credential', 'ip'],
      description:
        'The entity that will be used when aggregating the limits: `consumer`, `credential`, `ip`. If the `consumer` or the `credential` cannot be determined, the system will always fallback to `ip`.',
    }),
    policy: policy({}),
    fault_tolerant: boolean({
      required: true,
      default: true,
      description:
        'A boolean value that determines if the requests should be proxied even if Kong has troubles connecting a third-party datastore. If `true`, requests will be proxied anyway, effectively disabling the rate-limiting function until the datastore is working again. If `false`, then the clients will see `500` errors.',
    }),
    ...redisFields,
    redis_host: host({
      description: 'When using the `redis` policy, this property specifies the address to the Redis server.',
    }),
    redis_port: port({
      default: 6379,
      description: 'When using the `redis` policy, this property specifies the port of the Redis server.',
    }),
    redis_username: string({
      referenceable: true,
      description:
        'When using the `redis` policy, this property specifies the username to connect to the Redis server when ACL authentication is desired.\nThis requires Redis v6.0.0+. The username **cannot** be set to `default`.',
    }),
    redis_ssl_verify: boolean({
      required: true,
      default: false,
      description:
        'When using the `redis` policy with `redis_ssl` set to `true`, this property specifies if the server SSL certificate is validated. Note that you need to configure the `lua_ssl_trusted_certificate` to specify the CA (or server) certificate used by your Redis server. You may also need to configure `lua_ssl_verify_depth` accordingly.',
    }),
    redis_server_name: serverName({
      description:
        'When using the `redis` policy with `redis_ssl` set to `true`, this property specifies the server name for the TLS extension Server Name Indication (SNI).',
    }),
    redis_database: number({
      default: 0,
      description: 'When using the `redis` policy, this property specifies Redis database to use.',
    }),
    block_on_first_violation: boolean({
      required: true,
      default: false,
      description:
        'A boolean value that determines if the requests should be blocked as soon as one limit is being exceeded. This will block requests that are supposed to consume other limits too.',
    }),
    hide_client_headers: boolean({
      required: true,
      default: false,
      description: 'Optionally hide informative response headers.',
    }),
    limits: map(
      string(),
      record(
        { second: limit, minute: limit, hour: limit, day: limit, month: limit, year: limit },
        {
          required: true,
          entity_checks: [atLeastOneOf(...PERIODS)],
          custom: (limits: Limits) => limitsProblem(limits, 'the'),
        },
      ),
      { required: true, len_min: 1, description: 'A map that defines rate limits for the plugin.' },
    ),
  },
  { required: true },
)

export const responseRatelimitingSchema = {
  name: 'response-ratelimiting',
  priority: 900,
  fields: { protocols: protocolsHttp, config },
  checks: [neededByRedis('redis_host'), neededByRedis('redis_port'), neededByRedis('redis_timeout')],
} satisfies BundledSchema
