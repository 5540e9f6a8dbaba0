import { defineEntity, type EntityOf } from '../definition.ts'
import { boolean, foreign, integer, string } from '../field.ts'
import { upstreamNameProblem } from '../validators/host.ts'
import { cookieNameProblem } from '../validators/name.ts'
import { createdAt, headerName, hostWithPort, id, path, tags, updatedAt } from '../vocabulary.ts'
import { algorithmAtWork, expandAlgorithm, expandHashOn, hashChecks, hashInputs } from './upstream-hashing.ts'
import { healthchecks } from './upstream-health.ts'

const hashInput = string({ default: 'none', one_of: hashInputs })
const hashName = string({ len_min: 1 })

/** A virtual host: a service whose `host` it is named like is spread over its targets. */
export const upstream = defineEntity({
  kind: 'upstreams',
  collection: 'upstreams',
  endpointKey: 'name',
  nested: { client_certificate: 'upstreams' },
  shorthands: {
    algorithm: { field: string(), expand: expandAlgorithm },
    hash_on: { field: string(), expand: expandHashOn },
  },
  normalize: algorithmAtWork,
  fields: {
    id,
    created_at: createdAt,
    name: string({
      required: true,
      unique: true,
      custom: upstreamNameProblem,
      description: 'This is a hostname, which must be equal to the host of a Service.',
    }),
    updated_at: updatedAt,
    algorithm: string({
      default: 'round-robin',
      one_of: ['consistent-hashing', 'least-connections', 'round-robin', 'latency'],
      description: 'Which load balancing algorithm to use.',
    }),
    hash_on: hashInput,
    hash_fallback: hashInput,
    hash_on_header: headerName({}),
    hash_fallback_header: headerName({}),
    hash_on_cookie: string({
      custom: cookieNameProblem,
      description: 'The cookie name to take the value from as hash input.',
    }),
    hash_on_cookie_path: path({ default: '/' }),
    hash_on_query_arg: hashName,
    hash_fallback_query_arg: hashName,
    hash_on_uri_capture: hashName,
    hash_fallback_uri_capture: hashName,
    slots: integer({
      default: 10000,
      between: [10, 65536],
      description: 'The number of slots in the load balancer algorithm.',
    }),
    healthchecks,
    tags,
    host_header: hostWithPort,
    client_certificate: foreign('certificates', {
      description:
        'If set, the certificate to be used as client certificate while TLS handshaking to the upstream server.',
    }),
    use_srv_name: boolean({
      default: false,
      description: 'If set, the balancer will use SRV hostname.',
    }),
  },
  checks: hashChecks,
})
export type Upstream = EntityOf<typeof upstream>
