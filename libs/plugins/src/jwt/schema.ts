import {
  boolean,
  conditional,
  noConsumer,
  number,
  protocolsHttp,
  record,
  set,
  string,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    uri_param_names: set(string(), {
      default: ['jwt'],
      description: 'A list of querystring parameters that Kong will inspect to retrieve JWTs.',
    }),
    cookie_names: set(string(), {
      default: [],
      description: 'A list of cookie names that Kong will inspect to retrieve JWTs.',
    }),
    key_claim_name: string({
      default: 'iss',
      description:
        'The name of the claim in which the key identifying the secret must be passed. The plugin will attempt to read this claim from the JWT payload and the header, in that order.',
    }),
    secret_is_base64: boolean({
      required: true,
      default: false,
      description:
        'If true, the plugin assumes the credential’s secret to be base64 encoded. You will need to create a base64-encoded secret for your Consumer, and sign your JWT with the original secret.',
    }),
    claims_to_verify: set(string({ one_of: ['exp', 'nbf'] }), {
      description:
        'A list of registered claims (according to RFC 7519) that Kong can verify as well. Accepted values: one of exp or nbf.',
    }),
    anonymous: string({
      description:
        'An optional string (consumer UUID or username) value to use as an “anonymous” consumer if authentication fails.',
    }),
    run_on_preflight: boolean({
      required: true,
      default: true,
      description:
        'A boolean value that indicates whether the plugin should run (and try to authenticate) on OPTIONS preflight requests. If set to false, then OPTIONS requests will always be allowed.',
    }),
    maximum_expiration: number({
      default: 0,
      between: [0, 31536000],
      description:
        'A value between 0 and 31536000 (365 days) limiting the lifetime of the JWT to maximum_expiration seconds in the future.',
    }),
    header_names: set(string(), {
      default: ['authorization'],
      description: 'A list of HTTP header names that Kong will inspect to retrieve JWTs.',
    }),
  },
  { required: true },
)

export const jwtSchema = {
  name: 'jwt',
  priority: 1450,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  checks: [
    conditional({
      if_field: 'config.maximum_expiration',
      if_match: { gt: 0 },
      then_field: 'config.claims_to_verify',
      then_match: { contains: 'exp' },
    }),
  ],
} satisfies BundledSchema
