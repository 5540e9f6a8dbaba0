import http from 'node:http'
import https from 'node:https'

export interface PoolSettings {
  /** Idle connections kept per upstream address; 0 keeps none. */
  readonly upstream_keepalive_pool_size: number
  /** How many requests a connection carries; 0 sets no bound. */
  readonly upstream_keepalive_max_requests: number
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
  const { upstream_keepalive_max_requests: most } = settings
  const options = {
    keepAlive: size > 0,
    ...(size > 0 ? { maxFreeSockets: size } : {}),
    ...(idle > 0 ? { timeout: idle * 1000 } : {}),
    // The most recently used first, so that connections beyond the need grow idle and go away.
    scheduling: 'lifo' as const,
  }
  const pools = {
    http: bounded(new http.Agent(options), most),
    https: bounded(new https.Agent(options), most),
  }
  return {
    ...pools,
    close() {
      pools.http.destroy()
      pools.https.destroy()
    },
  }
}

/** Lets a connection go after so many requests. */
function bounded<T extends http.Agent>(agent: T, most: number): T {
  if (most === 0) return agent
  const counts = new WeakMap<object, number>()
  const keep = agent.keepSocketAlive.bind(agent)
  agent.keepSocketAlive = (socket) => {
    const count = (counts.get(socket) ?? 0) + 1
    counts.set(socket, count)
    return count < most && keep(socket)
  }
  return agent
}
