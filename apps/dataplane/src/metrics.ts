import {
  type Certificates,
  counterOf,
  createMetrics,
  describeProcess,
  describeServer,
  expiryOf,
  FollowerMetrics,
  gaugeOf,
  histogramOf,
  type Probes,
  type Registry,
} from '@biplane/service'
import { upstreamSamples } from './health/metric-samples.ts'
import type { DataPlane } from './node.ts'
import { describeLoad } from './overload/metrics.ts'
import { connections, streamConnections } from './status.ts'
import { bounds, endedAs, responseClasses } from './workers/counters.ts'

/** Measures what a node is and does, read whenever somebody asks, and counts what comes over its line. */
export function nodeMetrics(
  node: DataPlane,
  who: {
    readonly nodeId: string
    readonly version: string
    readonly certificates: Certificates & { readonly cluster_cert: () => readonly string[] }
  },
): { readonly metrics: Probes['metrics']; readonly line: FollowerMetrics } {
  const { counters, controls, pool, served } = node
  const { nodeId, certificates } = who
  const registry = createMetrics()
  const line = new FollowerMetrics(registry)
  const gauge = (name: string, help: string, read: () => number) => gaugeOf(registry, { name, help }, read)
  describeProcess(registry, 'dataplane', who)
  describeServer(registry, {
    nodeId,
    statistics: () => connections(counters),
    streams: () => streamConnections(counters),
    heapBytes: () => process.memoryUsage().heapUsed + counters.total('heapBytes'),
  })
  gauge(
    'kong_data_plane_cluster_cert_expiry_timestamp',
    "Unix timestamp of Data Plane's cluster_cert expiry time",
    () => expiryOf(certificates.cluster_cert().join('\n')),
  )
  gauge('kong_control_plane_connected', 'Kong connected to control plane, 0 is unconnected', () =>
    Number(line.connected),
  )
  gauge(
    'kong_datastore_reachable',
    'Datastore reachable from Kong, 0 is unreachable. A node has none.',
    () => 1,
  )
  gauge('biplane_revision', 'The revision of the config that this node serves.', () => served().revision)
  gauge(
    'biplane_draining',
    '1 while this node sends its clients elsewhere: it is about to stop, or was asked to.',
    () => Number(controls.draining),
  )
  describeWorkers(registry, pool)
  describeTraffic(registry, counters)
  describeStreams(registry, counters)
  describeLoad(registry, counters)
  describePlugins(registry, nodeId, node)
  return { metrics: withUpstreams(registry, node), line }
}

/** What plugins measured, and what Kong tells besides where it has them. */
function describePlugins(registry: Registry, nodeId: string, { metrics, sharedCounters }: DataPlane): void {
  counterOf(
    registry,
    { name: 'kong_nginx_metric_errors_total', help: 'Number of nginx-lua-prometheus errors' },
    () => metrics.errors,
  )
  gaugeOf(
    registry,
    { name: 'kong_nginx_timers', help: 'Number of nginx timers', labelNames: ['state'] },
    () => [
      [{ state: 'running' }, 0],
      [{ state: 'pending' }, process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length],
    ],
  )
  const memory = { node_id: nodeId, shared_dict: 'kong_rate_limiting_counters', kong_subsystem: 'http' }
  const labelNames = ['node_id', 'shared_dict', 'kong_subsystem'] as const
  const bytes = () => [[memory, sharedCounters.buffer.byteLength] as const]
  const what = 'Allocated slabs in bytes in a shared_dict'
  gaugeOf(registry, { name: 'kong_memory_lua_shared_dict_bytes', help: what, labelNames }, bytes)
  const whole = 'Total capacity in bytes of a shared_dict'
  gaugeOf(registry, { name: 'kong_memory_lua_shared_dict_total_bytes', help: whole, labelNames }, bytes)
  metrics.showIn(registry)
}

/** The health of upstreams is there only while a plugin shows it, as those metrics are that plugins measure. */
function withUpstreams(registry: Registry, { health }: DataPlane): Probes['metrics'] {
  const described = {
    name: 'kong_upstream_target_health',
    help: 'Health status of targets of upstream. States = healthchecks_off|healthy|unhealthy|dns_error, value is 1 when state is populated.',
    labelNames: ['upstream', 'target', 'address', 'state', 'subsystem'],
  } as const
  return {
    contentType: registry.contentType,
    async metrics() {
      const samples = upstreamSamples(await health.measured())
      // Nothing is waited for from here on until all is read, so that two that ask at once do not meet.
      registry.removeSingleMetric(described.name)
      if (samples.length > 0) gaugeOf(registry, described, () => samples)
      return registry.metrics()
    },
  }
}

function describeWorkers(registry: Registry, pool: DataPlane['pool']): void {
  const gauge = (name: string, help: string, read: () => number) => gaugeOf(registry, { name, help }, read)
  gauge('biplane_workers', 'Workers that accept traffic.', () => pool.serving.now)
  gauge('biplane_workers_wanted', 'Workers that should accept traffic.', () => pool.serving.wanted)
  counterOf(
    registry,
    { name: 'biplane_workers_replaced_total', help: 'Workers that died or fell silent.' },
    () => pool.replaced,
  )
  counterOf(
    registry,
    {
      name: 'biplane_worker_busy_seconds_total',
      help: 'How long the event loop of each worker was at work: its rate is how much of a worker is used up.',
      labelNames: ['worker'],
    },
    () => pool.busyMs.map((ms, slot) => [{ worker: String(slot) }, ms / 1000]),
  )
}

function describeTraffic(registry: Registry, counters: DataPlane['counters']): void {
  counterOf(
    registry,
    { name: 'biplane_health_probes_total', help: 'Probes of targets, whatever they came to.' },
    () => counters.total('probes'),
  )
  counterOf(
    registry,
    {
      name: 'biplane_http_responses_total',
      help: 'Answers to clients by the class of their status; aborted where the client left before there was one.',
      labelNames: ['code'],
    },
    () => responseClasses.map((code) => [{ code }, counters.total(code)]),
  )
  histogramOf(
    registry,
    {
      name: 'biplane_http_request_duration_seconds',
      help: "From a request's head to the end of its answer, the upstream included; without tunnels.",
      buckets: bounds.requestSeconds,
    },
    () => counters.distribution('requestSeconds'),
  )
  histogramOf(
    registry,
    {
      name: 'biplane_worker_event_loop_delay_seconds',
      help: 'The longest that the event loop of a worker was late, in each half second.',
      buckets: bounds.delaySeconds,
    },
    () => counters.distribution('delaySeconds'),
  )
}

function describeStreams(registry: Registry, counters: DataPlane['counters']): void {
  counterOf(
    registry,
    {
      name: 'biplane_streams_total',
      help: 'Streams that are over, by the class of the status that nginx gives them; aborted where the client left before its upstream was reached.',
      labelNames: ['code'],
    },
    () => responseClasses.map((code) => [{ code }, counters.total(endedAs(code))]),
  )
  histogramOf(
    registry,
    {
      name: 'biplane_stream_duration_seconds',
      help: 'From the beginning of a stream to its end.',
      buckets: bounds.streamSeconds,
    },
    () => counters.distribution('streamSeconds'),
  )
}
