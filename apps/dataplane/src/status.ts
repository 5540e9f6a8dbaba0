import { type Probes, type Readiness, readinessOf, type ServerStatistics } from '@biplane/service'
import type { DataPlane } from './node.ts'
import type { LineReport } from './sync/line-state.ts'
import { upstreamRoutes } from './upstream-routes.ts'
import type { Counters } from './workers/counters.ts'

/** Who a node is. */
export interface NodeDescription {
  readonly id: string
  readonly hostname: string
  readonly version: string
  readonly labels: Readonly<Record<string, string>>
  readonly plugins: ReadonlyMap<string, { readonly name: string; readonly version: string }>
}

export interface StatusOptions extends Pick<Probes, 'metrics' | 'levels'> {
  readonly who: NodeDescription
  readonly line: () => LineReport
}

/** What a node tells of itself to whoever watches it. */
export function probesOf(node: DataPlane, { who, line, ...rest }: StatusOptions): Probes {
  return {
    ...rest,
    status: () => ({ ...kongStatus(node), ...ownStatus(node, who, line()) }),
    ready: () => readiness(node),
    drain: (wanted) => node.controls.drainOnRequest(wanted),
    routes: upstreamRoutes(node.health, who.id),
  }
}

function kongStatus({ counters, served }: DataPlane): object {
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage()
  return {
    memory: {
      workers_lua_vms: [{ http_allocated_gc: mebibytes(heapUsed), pid: process.pid }],
      lua_shared_dicts: {},
      process: { rss: mebibytes(rss), heap_total: mebibytes(heapTotal), external: mebibytes(external) },
    },
    server: connections(counters),
    configuration_hash: served().hash,
  }
}

/** The words are those of its row in the list of data planes. Times are Unix seconds. */
function ownStatus({ served, controls }: DataPlane, who: NodeDescription, line: LineReport): object {
  const { hub, since, troubles, applied, rejected, withheld } = line
  const { id, hostname, version, labels, plugins } = who
  return {
    node: {
      ...{ id, hostname, version, labels, draining: controls.draining },
      plugins: Object.fromEntries([...plugins.values()].map((plugin) => [plugin.name, plugin.version])),
    },
    position: served(),
    control_plane: {
      state: hub === null ? 'offline' : 'connected',
      hub,
      connected_since: hub === null ? null : seconds(since),
      offline_since: hub === null ? seconds(since) : null,
      troubles: troubles.map((trouble) => ({ ...trouble, at: seconds(trouble.at) })),
    },
    applied_at: seconds(applied?.at),
    apply_took_ms: applied?.tookMs ?? null,
    rejected: rejected && { ...rejected, at: seconds(rejected.at) },
    withheld: withheld && { ...withheld.reason, at: seconds(withheld.at) },
  }
}

const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : Math.floor(ms / 1000))

/** What of an accepted connection nginx could tell: whether a request is on it. */
export function connections(counters: Counters): ServerStatistics {
  const accepted = counters.total('accepted')
  const active = counters.total('active') - counters.total('activeStreams')
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

/** The same of streams: one is on each connection. */
export function streamConnections(counters: Counters): ServerStatistics {
  const accepted = counters.total('streams')
  const active = counters.total('activeStreams')
  return {
    connections_accepted: accepted,
    connections_active: active,
    connections_handled: accepted,
    connections_reading: 0,
    connections_waiting: 0,
    connections_writing: active,
    total_requests: accepted,
  }
}

/** Each worker builds router and plugins together, before it serves. */
function readiness({ pool, served, controls }: DataPlane): Readiness {
  if (controls.draining) return { ready: false, message: 'draining' }
  const { now, wanted } = pool.serving
  return readinessOf({
    role: 'data_plane',
    workers: wanted,
    routerRebuilds: now,
    pluginRebuilds: now,
    configHash: served().hash,
    databaseReachable: true, // it has none
  })
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`
}
