import type { Role } from './settings/setting.ts'

/** Whether traffic may be sent to a process, with the reason why not. */
export interface Readiness {
  readonly ready: boolean
  readonly message: string
}

/** What a process is asked about itself. */
export interface Condition {
  readonly role: Role
  readonly workers: number
  /** Workers that have a router, and a list of plugins; without a data plane's config, how often they were built. */
  readonly routerRebuilds: number
  readonly pluginRebuilds: number
  /** 32 hex digits; null before there is any. */
  readonly configHash: string | null
  readonly databaseReachable: boolean
}

/** What Kong calls a config without an entity. */
const EMPTY_HASH = '0'.repeat(32)

/** Kong's checks, in Kong's order and words. Whether a data plane reaches its control plane does not matter. */
export function readinessOf(condition: Condition): Readiness {
  const reason = unready(condition)
  return { ready: reason === null, message: reason ?? 'ready' }
}

function unready(condition: Condition): string | null {
  const { role, workers, routerRebuilds, pluginRebuilds, configHash, databaseReachable } = condition
  if (!databaseReachable) return 'failed to connect to database'
  switch (role) {
    case 'control_plane':
      return null
    case 'traditional':
      if (routerRebuilds === 0) return 'router builds not yet complete'
      return pluginRebuilds === 0 ? 'plugins iterator builds not yet complete' : null
    case 'data_plane': {
      const inWorkers = (built: number) => `ready in ${built} of ${workers} workers`
      if (routerRebuilds < workers)
        return `router builds not yet complete, router ${inWorkers(routerRebuilds)}`
      if (pluginRebuilds < workers)
        return `plugins iterator builds not yet complete, plugins iterator ${inWorkers(pluginRebuilds)}`
      if (configHash === null) return 'no configuration available (configuration hash is not initialized)'
      return configHash === EMPTY_HASH ? 'no configuration available (empty configuration present)' : null
    }
  }
}
