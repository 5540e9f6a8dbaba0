import { conditional } from '../checks.ts'
import { defineEntity, type EntityOf } from '../definition.ts'
import { array, boolean, foreign, integer, string } from '../field.ts'
import {
  createdAt,
  host,
  id,
  path,
  port,
  protocol,
  tags,
  timeout,
  uniqueName,
  updatedAt,
} from '../vocabulary.ts'
import { expandServiceUrl } from './service-url.ts'

const notWithoutTls = (field: string) =>
  conditional({
    if_field: 'protocol',
    if_match: { not_one_of: ['https', 'tls'] },
    then_field: field,
    then_match: { eq: null },
  })

/** What is proxied to. */
export const service = defineEntity({
  kind: 'services',
  collection: 'services',
  endpointKey: 'name',
  nested: { client_certificate: 'services' },
  shorthands: { url: { field: string(), expand: expandServiceUrl } },
  exportedWhen: ({ enabled }) => enabled === true,
  fields: {
    id,
    created_at: createdAt,
    updated_at: updatedAt,
    name: uniqueName,
    retries: integer({
      default: 5,
      between: [0, 32767],
      description: 'The number of retries to execute upon failure to proxy.',
    }),
    protocol: protocol({ required: true, default: 'http' }),
    host: host({ required: true }),
    port: port({ required: true, default: 80 }),
    path: path({}),
    connect_timeout: timeout({ default: 60000 }),
    write_timeout: timeout({ default: 60000 }),
    read_timeout: timeout({ default: 60000 }),
    tags,
    client_certificate: foreign('certificates', {
      description:
        'Certificate to be used as client certificate while TLS handshaking to the upstream server.',
    }),
    tls_verify: boolean({
      description: 'Whether to enable verification of upstream server TLS certificate.',
    }),
    tls_verify_depth: integer({
      default: null,
      between: [0, 64],
      description: "Maximum depth of chain while verifying Upstream server's TLS certificate.",
    }),
    ca_certificates: array(string({ uuid: true }), {
      description:
        "Array of CA Certificate object UUIDs that are used to build the trust store while verifying upstream server's TLS certificate.",
    }),
    enabled: boolean({ required: true, default: true, description: 'Whether the Service is active. ' }),
  },
  checks: [
    conditional({
      if_field: 'protocol',
      if_match: { one_of: ['tcp', 'tls', 'udp', 'grpc', 'grpcs'] },
      then_field: 'path',
      then_match: { eq: null },
    }),
    notWithoutTls('client_certificate'),
    notWithoutTls('tls_verify'),
    notWithoutTls('tls_verify_depth'),
    notWithoutTls('ca_certificates'),
  ],
})
export type Service = EntityOf<typeof service>
