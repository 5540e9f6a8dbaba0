import {
  boolean,
  host,
  type JsonObject,
  number,
  port,
  readDotted,
  record,
  serverName,
  string,
} from '@biplane/entities'
import { isSharedMemory } from '../fields/shared-memory.ts'

const shm = record(
  {
    shm_name: string({
      default: 'kong',
      custom: (name: string) => (isSharedMemory(name) ? undefined : `failed validating: ${name}`),
      description: 'Name of shared memory zone used for Kong API gateway storage',
    }),
  },
  { required: true },
)

const redis = record(
  {
    host: host({}),
    port: port({}),
    database: number({ description: 'The index of the Redis database to use.' }),
    auth: string({ referenceable: true, description: 'The Redis password to use for authentication. ' }),
    ssl: boolean({
      required: true,
      default: false,
      description: 'Whether to use SSL/TLS encryption when connecting to the Redis server.',
    }),
    ssl_verify: boolean({
      required: true,
      default: false,
      description:
        'Whether to verify the SSL/TLS certificate presented by the Redis server. This should be a boolean value.',
    }),
    ssl_server_name: serverName({
      required: false,
      description: 'The expected server name for the SSL/TLS certificate presented by the Redis server.',
    }),
    namespace: string({
      required: true,
      default: '',
      len_min: 0,
      custom: namespaceProblem,
      description: 'A namespace to prepend to all keys stored in Redis.',
    }),
  },
  { required: true },
)

const keyValueStore = {
  https: boolean({ default: false, description: 'Boolean representation of https.' }),
  host: host({}),
  port: port({}),
  kv_path: string({ description: 'KV prefix path.' }),
  timeout: number({ description: 'Timeout in milliseconds.' }),
  token: string({ referenceable: true, description: 'Consul ACL token.' }),
}

const vault = record(
  {
    ...keyValueStore,
    tls_verify: boolean({ default: true, description: 'Turn on TLS verification.' }),
    tls_server_name: string({ description: 'SNI used in request, default to host if omitted.' }),
    auth_method: string({
      default: 'token',
      one_of: ['token', 'kubernetes'],
      description: "Auth Method, default to token, can be 'token' or 'kubernetes'.",
    }),
    auth_path: string({ description: "Vault's authentication path to use." }),
    auth_role: string({ description: 'The role to try and assign.' }),
    jwt_path: string({ description: 'The path to the JWT.' }),
  },
  { required: true },
)

/** Where certificates, accounts and challenges are kept, for each place that they may be kept in. */
export const storageConfig = record(
  {
    shm,
    kong: record({}, { required: true }),
    redis,
    consul: record(keyValueStore, { required: true }),
    vault,
  },
  { required: true },
)

/** What one node keeps in its memory, the node that is asked for it next does not have. */
export function storageProblem(plugin: JsonObject): string | undefined {
  const inMemory = readDotted(plugin, 'config.storage') === 'shm'
  return inMemory ? '"shm" storage can\'t be used in Hybrid mode' : undefined
}

/** What Kong's own keys begin with, in a Redis that is not its own. */
const OWN_KEYS = ['kong_acme:renew_config:', 'kong_acme:renew_last_run', 'kong_acme:cert_key:']

function namespaceProblem(namespace: string): string | undefined {
  const own = OWN_KEYS.find((key) => namespace.startsWith(key))
  return own === undefined ? undefined : `namespace can't be prefixed with reserved word: ${own}`
}
