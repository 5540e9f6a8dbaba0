import {
  array,
  boolean,
  conditional,
  customCheck,
  noConsumer,
  noRoute,
  noService,
  number,
  protocolsHttp,
  record,
  string,
  url,
  wildcardHost,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { storageConfig, storageProblem } from './storage.ts'

const config = record(
  {
    account_email: string({
      required: true,
      encrypted: true,
      referenceable: true,
      match: '%w*%p*@+%w*%.?%w*',
      description: 'The account identifier. Can be reused in a different plugin instance.',
    }),
    account_key: record(
      {
        key_id: string({ required: true, description: 'The Key ID.' }),
        key_set: string({ description: 'The ID of the key set to associate the Key ID with.' }),
      },
      { required: false, description: 'The private key associated with the account.' },
    ),
    api_uri: url({ default: 'https://acme-v02.api.letsencrypt.org/directory' }),
    tos_accepted: boolean({
      default: false,
      description:
        "If you are using Let's Encrypt, you must set this to `true` to agree the terms of service.",
    }),
    eab_kid: string({
      encrypted: true,
      referenceable: true,
      description:
        "External account binding (EAB) key id. You usually don't need to set this unless it is explicitly required by the CA.",
    }),
    eab_hmac_key: string({
      encrypted: true,
      referenceable: true,
      description:
        "External account binding (EAB) base64-encoded URL string of the HMAC key. You usually don't need to set this unless it is explicitly required by the CA.",
    }),
    cert_type: string({
      default: 'rsa',
      one_of: ['rsa', 'ecc'],
      description:
        "The certificate type to create. The possible values are `'rsa'` for RSA certificate or `'ecc'` for EC certificate.",
    }),
    rsa_key_size: number({
      default: 4096,
      one_of: [2048, 3072, 4096],
      description: 'RSA private key size for the certificate. The possible values are 2048, 3072, or 4096.',
    }),
    renew_threshold_days: number({
      default: 14,
      description: 'Days remaining to renew the certificate before it expires.',
    }),
    domains: array(wildcardHost, {
      description:
        "An array of strings representing hosts. A valid host is a string containing one or more labels separated by periods, with at most one wildcard label ('*')",
    }),
    allow_any_domain: boolean({
      default: false,
      description:
        'If set to `true`, the plugin allows all domains and ignores any values in the `domains` list.',
    }),
    fail_backoff_minutes: number({
      default: 5,
      description:
        'Minutes to wait for each domain that fails to create a certificate. This applies to both a\nnew certificate and a renewal certificate.',
    }),
    storage: string({
      default: 'shm',
      one_of: ['kong', 'shm', 'redis', 'consul', 'vault'],
      description:
        "The backend storage type to use. The possible values are `'kong'`, `'shm'`, `'redis'`, `'consul'`, or `'vault'`. In DB-less mode, `'kong'` storage is unavailable. Note that `'shm'` storage does not persist during Kong restarts and does not work for Kong running on different machines, so consider using one of `'kong'`, `'redis'`, `'consul'`, or `'vault'` in production. Please refer to the Hybrid Mode sections below as well.",
    }),
    storage_config: storageConfig,
    preferred_chain: string({
      description:
        'A string value that specifies the preferred certificate chain to use when generating certificates.',
    }),
    enable_ipv4_common_name: boolean({
      default: true,
      description:
        'A boolean value that controls whether to include the IPv4 address in the common name field of generated certificates.',
    }),
  },
  { required: true },
)

export const acmeSchema = {
  name: 'acme',
  priority: 1705,
  fields: { consumer: noConsumer, service: noService, route: noRoute, protocols: protocolsHttp, config },
  checks: [
    conditional({
      if_field: 'config.api_uri',
      if_match: {
        one_of: ['https://acme-v02.api.letsencrypt.org', 'https://acme-staging-v02.api.letsencrypt.org'],
      },
      then_field: 'config.tos_accepted',
      then_match: { eq: true },
      then_err: 'terms of service must be accepted, see https://letsencrypt.org/repository/',
    }),
    customCheck(['config.storage'], storageProblem),
  ],
} satisfies BundledSchema
