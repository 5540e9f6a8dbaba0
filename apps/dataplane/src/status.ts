import { NO_CONFIG_HASH } from '@biplane/protocol'
import {
  Counter,
  createMetrics,
  Gauge,
  Histogram,
  type Probes,
  type Readiness,
  type Registry,
} from '@biplane/service'
import type { DataPlane } from './node.ts'

/** What a node tells of itself to whoever watches it. */
export function probesOf(
  node: DataPlane,
  { stopping, ...rest }: Pick<Probes, 'metrics' | 'levels'> & { readonly stopping: AbortSignal },
): Probes {
  return { ...rest, status: () => statusOf(node), ready: () => readinessOf(node, stopping) }
}

function statusOf({ counters, position }: DataPlane): object {
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage()
  const accepted = counters.total('accepted')
  const active = counters.total('active')
  const inFlight = counters.total('inFlight')
  return {
    memory: {
      workers_lua_vms: [{ http_allocated_gc: mebibytes(heapUsed), pid: process.pid }],
      lua_shared_dicts: {},
      process: { rss: mebibytes(rss), heap_total: mebibytes(heapTotal), external: mebibytes(external) },
    },
    server: {
      connections_accepted: accepted,
      connections_active: active,
      connections_handled: accepted,
      connections_reading: 0,
      connections_waiting: Math.max(0, active - inFlight),
      connections_writing: inFlight,
      total_requests: counters.total('requests'),
    },
    configuration_hash: position().hash,
  }
}

/** Kong's checks in Kong's order and words. Whether the control plane can be reached does not matter. */
function readinessOf({ pool, position, controls }: DataPlane, stopping: AbortSignal): Readiness {
  const no = (message: string): Readiness => ({ ready: false, message })
  if (controls.draining || stopping.aborted) return no('draining')
  const { now, wanted } = pool.serving
  if (now < wanted) return no(`router builds not complete, ${now} of ${wanted} workers ready`)
  if (position().hash === NO_CONFIG_HASH)
    return no('no configuration available (empty configuration present)')
  return { ready: true, message: 'ready' }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`
}

export interface NodeMetrics {
  readonly registry: Registry
  applied(tookMs: number): void
  /** Reads the node whenever metrics are asked for. */
  watch(node: DataPlane, nodeId: string): void
}

const APPLY_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function nodeMetrics(): NodeMetrics {
  const registry = createMetrics()
  const duration = new Histogram({
    name: 'biplane_apply_duration_seconds',
    help: 'How long it took to apply a config, from the first byte to serving from it in every worker',
    buckets: APPLY_SECONDS,
    registers: [registry],
  })
  return {
    registry,
    applied: (tookMs) => duration.observe(tookMs / 1000),
    watch(node, nodeId) {
      gauge(
        registry,
        'biplane_revision',
        'The revision of the config that is served',
        () => node.position().revision,
      )
      gauge(registry, 'biplane_workers', 'How many workers accept traffic', () => node.pool.serving.now)
      new Counter({
        name: 'kong_nginx_requests_total',
        help: 'Total number of requests',
        labelNames: ['node_id', 'subsystem'],
        registers: [registry],
        collect() {
          this.reset()
          this.inc({ node_id: nodeId, subsystem: 'http' }, node.counters.total('requests'))
        },
      })
    },
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}
