import type { Entity } from '@biplane/entities'
import type { PluginContext } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import type { StreamContext } from '../stream-context.ts'
import * as metrics from './metrics.ts'
import { type PrometheusConfig, prometheusSchema } from './schema.ts'

export const prometheus = definePlugin<PrometheusConfig>({
  name: prometheusSchema.name,
  priority: prometheusSchema.priority,
  create(config) {
    return {
      showsHealth: config.upstream_health_metrics ?? false,
      log(context) {
        const labels = labelsOf(context)
        if (labels === null) return
        const consumer = config.per_consumer ? String(context.consumer?.username ?? '') : ''
        if (config.status_code_metrics) countStatus(context, labels, consumer)
        if (config.latency_metrics) observeLatencies(context, labels)
        const { requestBytes: received, responseBytes: sent } = context.record
        if (config.bandwidth_metrics) countBytes(context, labels, consumer, { received, sent })
      },
      stream: {
        log(context) {
          const labels = labelsOf(context)
          if (labels === null) return
          if (config.status_code_metrics) countSession(context, labels)
          if (config.latency_metrics) observeSession(context, labels)
          if (config.bandwidth_metrics) countBytes(context, labels, '', context.record)
        },
      },
    }
  },
})

/** Of what came to no service nothing is measured. */
function labelsOf({ service, route }: Pick<PluginContext, 'service' | 'route'>): readonly string[] | null {
  if (service === null) return null
  return [labelOf(service, 'host'), route === null ? '' : labelOf(route, 'id')]
}

function labelOf(entity: Entity, otherwise: string): string {
  return String(entity.name ?? entity[otherwise] ?? '')
}

function countStatus(
  { facilities, response, record }: PluginContext,
  labels: readonly string[],
  consumer: string,
): void {
  facilities.metrics.add(
    metrics.requests,
    [...labels, String(response.status), sourceOf(record), consumer],
    1,
  )
}

function countSession({ facilities, record }: StreamContext, labels: readonly string[]): void {
  facilities.metrics.add(metrics.streamSessions, [...labels, String(record.status), sourceOf(record)], 1)
}

function sourceOf({ answeredBy }: Pick<StreamContext['record'], 'answeredBy'>): string {
  return answeredBy === 'upstream' ? 'service' : 'kong'
}

function observeLatencies({ facilities, record }: PluginContext, labels: readonly string[]): void {
  const { gateway, upstream, request } = record.latencies
  facilities.metrics.observe(metrics.requestLatency, labels, request)
  facilities.metrics.observe(metrics.gatewayLatency, labels, gateway)
  if (upstream >= 0) facilities.metrics.observe(metrics.upstreamLatency, labels, upstream)
}

function observeSession({ facilities, record }: StreamContext, labels: readonly string[]): void {
  facilities.metrics.observe(metrics.sessionDuration, labels, record.latencies.session)
  facilities.metrics.observe(metrics.gatewayLatency, labels, record.latencies.gateway)
}

function countBytes(
  { facilities }: Pick<PluginContext, 'facilities'>,
  labels: readonly string[],
  consumer: string,
  { received, sent }: Pick<StreamContext['record'], 'received' | 'sent'>,
): void {
  if (received > 0) facilities.metrics.add(metrics.bandwidth, [...labels, 'ingress', consumer], received)
  if (sent > 0) facilities.metrics.add(metrics.bandwidth, [...labels, 'egress', consumer], sent)
}
