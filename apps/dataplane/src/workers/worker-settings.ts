import { type Settings, VERSION } from '@biplane/service'
import type { NodeIdentity } from '../plugins/context.ts'
import type { WorkerSettings } from './messages.ts'

/** What workers are told of the node's plugins. */
export type PluginSettings = 'plugins' | 'handlers' | 'references'

/** The part of the settings that workers need. It crosses a thread boundary, and holds no secret. */
export function workerSettings(
  settings: Settings<'dataplane'>,
  node: NodeIdentity,
): Omit<WorkerSettings, PluginSettings> {
  const {
    headers,
    debug_revision,
    router_flavor,
    trusted_ips,
    real_ip_header,
    real_ip_recursive,
    upstream_keepalive_pool_size,
    upstream_keepalive_idle_timeout,
    vault_env_prefix,
  } = settings
  return {
    node,
    serverToken: `kong/${VERSION}`,
    headers,
    debug_revision,
    router_flavor,
    trusted_ips,
    real_ip_header,
    real_ip_recursive,
    upstream_keepalive_pool_size,
    upstream_keepalive_idle_timeout,
    vault_env_prefix,
  }
}
