import type { Entity } from '@biplane/entities'
import type { PluginContext } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import * as metrics from './metrics.ts'
import { type PrometheusConfig, prometheusSchema } from './schema.ts'

export const prometheus = definePlugin<PrometheusConfig>({
  name: prometheusSchema.name,
  priority: prometheusSchema.priority,
  create(config) {
    return {
      showsHealth: config.upstream_health_metrics ?? false,
      log(context) {
        const { service, route } = context
        if (service === null) return
        const labels = [labelOf(service, 'host'), route === null ? '' : labelOf(route, 'id')]
        const consumer = config.per_consumer ? String(context.consumer?.username ?? '') : ''
        if (config.status_code_metrics) countStatus(context, labels, consumer)
        if (config.latency_metrics) observeLatencies(context, labels)
        if (config.bandwidth_metrics) countBytes(context, labels, consumer)
      },
    }
  },
})

function labelOf(entity: Entity, otherwise: string): string {
  return String(entity.name ?? entity[otherwise] ?? '')
}

function countStatus(
  { facilities, response, record }: PluginContext,
  labels: readonly string[],
  consumer: string,
): void {
  const source = record.answeredBy === 'upstream' ? 'service' : 'kong'
  facilities.metrics.add(metrics.requests, [...labels, String(response.status), source, consumer], 1)
}

function observeLatencies({ facilities, record }: PluginContext, labels: readonly string[]): void {
  const { gateway, upstream, request } = record.latencies
  facilities.metrics.observe(metrics.requestLatency, labels, request)
  facilities.metrics.observe(metrics.gatewayLatency, labels, gateway)
  if (upstream >= 0) facilities.metrics.observe(metrics.upstreamLatency, labels, upstream)
}

function countBytes(
  { facilities, record }: PluginContext,
  labels: readonly string[],
  consumer: string,
): void {
  const { requestBytes, responseBytes } = record
  if (requestBytes > 0)
    facilities.metrics.add(metrics.bandwidth, [...labels, 'ingress', consumer], requestBytes)
  if (responseBytes > 0)
    facilities.metrics.add(metrics.bandwidth, [...labels, 'egress', consumer], responseBytes)
}
