import http from 'node:http'
import https from 'node:https'

export interface PoolSettings {
  /** Idle connections kept per upstream address; 0 keeps none. */
  readonly upstream_keepalive_pool_size: number
  /** Seconds an idle connection is kept; 0 is for ever. */
  readonly upstream_keepalive_idle_timeout: number
}

/** Connections to upstreams. They belong to the engine, not to a config: an apply closes none of them. */
export interface UpstreamPools {
  readonly http: http.Agent
  readonly https: https.Agent
  close(): void
}

export function openUpstreamPools(settings: PoolSettings): UpstreamPools {
  const { upstream_keepalive_pool_size: size, upstream_keepalive_idle_timeout: idle } = settings
  const options = {
    keepAlive: size > 0,
    ...(size > 0 ? { maxFreeSockets: size } : {}),
    ...(idle > 0 ? { timeout: idle * 1000 } : {}),
    // The most recently used first, so that connections beyond the need grow idle and go away.
    scheduling: 'lifo' as const,
  }
  const pools = { http: new http.Agent(options), https: new https.Agent(options) }
  return {
    ...pools,
    close() {
      pools.http.destroy()
      pools.https.destroy()
    },
  }
}
