import type { JsonObject } from './json.ts'

/** The least that a client has to say of those plugins that do not do with their defaults. */
export const leastConfigs: Readonly<Record<string, JsonObject>> = {
  acl: { allow: ['friends'] },
  acme: { account_email: 'ann@h.test', storage: 'kong' },
  'azure-functions': { appname: 'app', functionname: 'f' },
  'file-log': { path: '/tmp/log' },
  'http-log': { http_endpoint: 'http://h.test' },
  'ip-restriction': { allow: ['10.0.0.0/8'] },
  'ldap-auth': { ldap_host: 'h.test', base_dn: 'dc=test', attribute: 'cn' },
  loggly: { key: 'k' },
  oauth2: { enable_implicit_grant: true },
  opentelemetry: { endpoint: 'http://h.test:4318/v1/traces' },
  'post-function': { access: ['return'] },
  'pre-function': { access: ['return'] },
  'proxy-cache': { strategy: 'memory' },
  'rate-limiting': { minute: 5 },
  'response-ratelimiting': { limits: { sms: { minute: 5 } } },
  'tcp-log': { host: 'h.test', port: 9000 },
  'udp-log': { host: 'h.test', port: 9000 },
}
