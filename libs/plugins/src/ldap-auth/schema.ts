import {
  boolean,
  conditional,
  host,
  noConsumer,
  number,
  port,
  protocolsHttp,
  record,
  string,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    ldap_host: host({ required: true }),
    ldap_port: port({ required: true, default: 389 }),
    ldaps: boolean({
      required: true,
      default: false,
      description:
        'Set to `true` to connect using the LDAPS protocol (LDAP over TLS).  When `ldaps` is configured, you must use port 636. If the `ldap` setting is enabled, ensure the `start_tls` setting is disabled.',
    }),
    start_tls: boolean({
      required: true,
      default: false,
      description:
        'Set it to `true` to issue StartTLS (Transport Layer Security) extended operation over `ldap` connection. If the `start_tls` setting is enabled, ensure the `ldaps` setting is disabled.',
    }),
    verify_ldap_host: boolean({
      required: true,
      default: false,
      description:
        'Set to `true` to authenticate LDAP server. The server certificate will be verified according to the CA certificates specified by the `lua_ssl_trusted_certificate` directive.',
    }),
    base_dn: string({
      required: true,
      description: 'Base DN as the starting point for the search; e.g., dc=example,dc=com',
    }),
    attribute: string({ required: true, description: 'Attribute to be used to search the user; e.g. cn' }),
    cache_ttl: number({ required: true, default: 60, description: 'Cache expiry time in seconds.' }),
    hide_credentials: boolean({
      required: true,
      default: false,
      description:
        'An optional boolean value telling the plugin to hide the credential to the upstream server. It will be removed by Kong before proxying the request.',
    }),
    timeout: number({
      default: 10000,
      description: 'An optional timeout in milliseconds when waiting for connection with LDAP server.',
    }),
    keepalive: number({
      default: 60000,
      description:
        'An optional value in milliseconds that defines how long an idle connection to LDAP server will live before being closed.',
    }),
    anonymous: string({
      description:
        'An optional string (consumer UUID or username) value to use as an “anonymous” consumer if authentication fails. If empty (default null), the request fails with an authentication failure `4xx`.',
    }),
    header_type: string({
      default: 'ldap',
      description: 'An optional string to use as part of the Authorization header',
    }),
  },
  {
    required: true,
    entity_checks: [
      conditional({
        if_field: 'ldaps',
        if_match: { eq: true },
        then_field: 'start_tls',
        then_match: { eq: false },
        then_err: "'ldaps' and 'start_tls' cannot be enabled simultaneously",
      }),
    ],
  },
)

export const ldapAuthSchema = {
  name: 'ldap-auth',
  priority: 1200,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
} satisfies BundledSchema
