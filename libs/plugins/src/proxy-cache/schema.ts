import {
  array,
  boolean,
  customCheck,
  integer,
  type JsonObject,
  protocols,
  readDotted,
  record,
  string,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { isSharedMemory } from '../fields/shared-memory.ts'

const config = record(
  {
    response_code: array(integer({ between: [100, 900] }), {
      required: true,
      default: [200, 301, 404],
      len_min: 1,
      description: 'Upstream response status code considered cacheable.',
    }),
    request_method: array(string({ one_of: ['HEAD', 'GET', 'POST', 'PATCH', 'PUT'] }), {
      required: true,
      default: ['GET', 'HEAD'],
      description: 'Downstream request methods considered cacheable.',
    }),
    content_type: array(string(), {
      required: true,
      default: ['text/plain', 'application/json'],
      description:
        'Upstream response content types considered cacheable. The plugin performs an **exact match** against each specified value.',
    }),
    cache_ttl: integer({ default: 300, gt: 0, description: 'TTL, in seconds, of cache entities.' }),
    strategy: string({
      required: true,
      one_of: ['memory'],
      description: 'The backing data store in which to hold cache entities.',
    }),
    cache_control: boolean({
      required: true,
      default: false,
      description: 'When enabled, respect the Cache-Control behaviors defined in RFC7234.',
    }),
    ignore_uri_case: boolean({ required: false, default: false }),
    storage_ttl: integer({
      description:
        'Number of seconds to keep resources in the storage backend. This value is independent of `cache_ttl` or resource TTLs defined by Cache-Control behaviors.',
    }),
    memory: record(
      {
        dictionary_name: string({
          required: true,
          default: 'kong_db_cache',
          description:
            'The name of the shared dictionary in which to hold cache entities when the memory strategy is selected. Note that this dictionary currently must be defined manually in the Kong Nginx template.',
        }),
      },
      { required: true },
    ),
    vary_query_params: array(string(), {
      description:
        'Relevant query parameters considered for the cache key. If undefined, all params are taken into consideration.',
    }),
    vary_headers: array(string(), {
      description:
        'Relevant headers considered for the cache key. If undefined, none of the headers are taken into consideration.',
    }),
  },
  { required: true },
)

export const proxyCacheSchema = {
  name: 'proxy-cache',
  priority: 100,
  fields: { protocols, config },
  checks: [customCheck(['config'], memoryProblem)],
} satisfies BundledSchema

function memoryProblem(plugin: JsonObject): string | undefined {
  const name = String(readDotted(plugin, 'config.memory.dictionary_name'))
  return isSharedMemory(name) ? undefined : `missing shared dict '${name}'`
}
