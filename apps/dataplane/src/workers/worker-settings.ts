import { join } from 'node:path'
import { type Settings, VERSION } from '@biplane/service'
import type { Limits } from '../overload/limits.ts'
import type { Patience } from '../overload/patience.ts'
import type { NodeIdentity } from '../plugins/context.ts'
import type { TlsSettings } from '../tls/tls-settings.ts'
import type { DnsSettings } from '../upstreams/dns-settings.ts'
import type { WorkerSettings } from './messages.ts'

/** What workers are told of the node's plugins. */
export type PluginSettings = 'plugins' | 'handlers' | 'references'

/** The part of the settings that workers need. It crosses a thread boundary, and of secrets holds the keys of the certificates that others are shown, and those of tickets. */
export function workerSettings(
  settings: Settings<'dataplane'>,
  node: NodeIdentity,
  limits: Limits,
  tls: TlsSettings,
): Omit<WorkerSettings, PluginSettings> {
  const {
    headers,
    prefix,
    debug_revision,
    router_flavor,
    trusted_ips,
    real_ip_header,
    real_ip_recursive,
    upstream_keepalive_pool_size,
    upstream_keepalive_max_requests,
    upstream_keepalive_idle_timeout,
    allow_debug_header,
    lua_max_req_headers,
    lua_max_uri_args,
    client_ssl: showsPair,
    client_ssl_cert: cert,
    client_ssl_cert_key: key,
    port_maps,
    error_default_type,
    error_template_html,
    error_template_json,
    error_template_xml,
    error_template_plain,
    nginx_http_charset,
    nginx_http_client_max_body_size,
    nginx_http_client_body_buffer_size,
    vault_env_prefix,
  } = settings
  return {
    node,
    serverToken: `kong/${VERSION}`,
    bodyFolder: join(prefix, 'client_body_temp'),
    headers,
    debug_revision,
    router_flavor,
    trusted_ips,
    real_ip_header,
    real_ip_recursive,
    upstream_keepalive_pool_size,
    upstream_keepalive_max_requests,
    upstream_keepalive_idle_timeout,
    allow_debug_header,
    lua_max_req_headers,
    lua_max_uri_args,
    client_pair: showsPair && cert !== null && key !== null ? { cert, key } : null,
    port_maps,
    error_default_type,
    error_template_html,
    error_template_json,
    error_template_xml,
    error_template_plain,
    nginx_http_charset,
    nginx_http_client_max_body_size,
    nginx_http_client_body_buffer_size,
    vault_env_prefix,
    dns: dnsOf(settings),
    patience: patienceOf(settings),
    limits,
    tls,
  }
}

function patienceOf(settings: Settings<'dataplane'>): Patience {
  return {
    headMs: settings.nginx_http_client_header_timeout,
    bodyMs: settings.nginx_http_client_body_timeout,
    sendMs: settings.nginx_http_send_timeout,
    keepAliveMs: settings.nginx_http_keepalive_timeout,
    keepAliveRequests: settings.nginx_http_keepalive_requests,
    keepAliveTimeMs: settings.nginx_http_keepalive_time,
  }
}

function dnsOf(settings: DnsSettings): DnsSettings {
  const { dns_resolver, dns_hostsfile, dns_order, dns_valid_ttl } = settings
  const { dns_stale_ttl, dns_not_found_ttl, dns_error_ttl, dns_no_sync, dns_cache_size } = settings
  return {
    ...{ dns_resolver, dns_hostsfile, dns_order, dns_valid_ttl },
    ...{ dns_stale_ttl, dns_not_found_ttl, dns_error_ttl, dns_no_sync, dns_cache_size },
  }
}
