import { NO_CONFIG_HASH } from '@biplane/protocol'
import type { Probes, Readiness, ServerStatistics } from '@biplane/service'
import type { DataPlane } from './node.ts'
import type { Counters } from './workers/counters.ts'

/** What a node tells of itself to whoever watches it. */
export function probesOf(node: DataPlane, rest: Pick<Probes, 'metrics' | 'levels'>): Probes {
  return { ...rest, status: () => statusOf(node), ready: () => readinessOf(node) }
}

function statusOf({ counters, position }: DataPlane): object {
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage()
  return {
    memory: {
      workers_lua_vms: [{ http_allocated_gc: mebibytes(heapUsed), pid: process.pid }],
      lua_shared_dicts: {},
      process: { rss: mebibytes(rss), heap_total: mebibytes(heapTotal), external: mebibytes(external) },
    },
    server: connections(counters),
    configuration_hash: position().hash,
  }
}

/** What of an accepted connection nginx could tell: whether a request is on it. */
export function connections(counters: Counters): ServerStatistics {
  const accepted = counters.total('accepted')
  const active = counters.total('active')
  const inFlight = counters.total('inFlight')
  return {
    connections_accepted: accepted,
    connections_active: active,
    connections_handled: accepted,
    connections_reading: 0,
    connections_waiting: Math.max(0, active - inFlight),
    connections_writing: inFlight,
    total_requests: counters.total('requests'),
  }
}

/** Kong's checks in Kong's order and words. Whether the control plane can be reached does not matter. */
function readinessOf({ pool, position, controls }: DataPlane): Readiness {
  const no = (message: string): Readiness => ({ ready: false, message })
  if (controls.draining) return no('draining')
  const { now, wanted } = pool.serving
  if (now < wanted) return no(`router builds not complete, ${now} of ${wanted} workers ready`)
  if (position().hash === NO_CONFIG_HASH)
    return no('no configuration available (empty configuration present)')
  return { ready: true, message: 'ready' }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`
}
