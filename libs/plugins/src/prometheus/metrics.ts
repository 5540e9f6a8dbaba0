import type { MetricDefinition } from '../facilities.ts'

// Kong's names, labels, buckets and words.

export const requests: MetricDefinition = {
  name: 'kong_http_requests_total',
  help: 'HTTP status codes per consumer/service/route in Kong',
  labels: ['service', 'route', 'code', 'source', 'consumer'],
}

export const streamSessions: MetricDefinition = {
  name: 'kong_stream_sessions_total',
  help: 'Stream status codes per service/route in Kong',
  labels: ['service', 'route', 'code', 'source'],
}

export const bandwidth: MetricDefinition = {
  name: 'kong_bandwidth_bytes',
  help: 'Total bandwidth (ingress/egress) throughput in bytes',
  labels: ['service', 'route', 'direction', 'consumer'],
}

/** Milliseconds. */
const UPSTREAM_BUCKETS = [25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10_000, 30_000, 60_000]

export const gatewayLatency: MetricDefinition = {
  name: 'kong_kong_latency_ms',
  help: 'Latency added by Kong and enabled plugins for each service/route in Kong',
  labels: ['service', 'route'],
  buckets: [1, 2, 5, 7, 10, 15, 20, 30, 50, 75, 100, 200, 500, 750, 1000],
}

export const upstreamLatency: MetricDefinition = {
  name: 'kong_upstream_latency_ms',
  help: 'Latency added by upstream response for each service/route in Kong',
  labels: ['service', 'route'],
  buckets: UPSTREAM_BUCKETS,
}

export const requestLatency: MetricDefinition = {
  name: 'kong_request_latency_ms',
  help: 'Total latency incurred during requests for each service/route in Kong',
  labels: ['service', 'route'],
  buckets: UPSTREAM_BUCKETS,
}

export const sessionDuration: MetricDefinition = {
  name: 'kong_session_duration_ms',
  help: 'latency of stream session in milliseconds',
  labels: ['service', 'route'],
  buckets: UPSTREAM_BUCKETS,
}
