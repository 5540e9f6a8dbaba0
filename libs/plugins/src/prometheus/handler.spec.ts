import { describe, expect, it } from 'vitest'
import { aStream } from '../a-stream.ts'
import type { PluginHandler } from '../define-plugin.ts'
import type { Facilities } from '../facilities.ts'
import {
  aConsumer,
  aContext,
  anInputWith,
  type ContextFixture,
  configOf,
  someFacilities,
} from '../fixtures.ts'
import { prometheus } from './handler.ts'

const service = { id: 's1', name: 'svc', host: 'h.test' }
const route = { id: 'r1', name: 'rt' }
const proxied: ContextFixture = { service, route, response: { status: 201 } }

describe('prometheus', () => {
  it('measures nothing that it was not told to', () => {
    expect(measured({}, proxied)).toEqual([])
  })

  it.each<[string, ContextFixture, string[]]>([
    ['an upstream answered', proxied, ['svc', 'rt', '201', 'service', '']],
    [
      'the gateway answered',
      { ...proxied, record: { answeredBy: 'gateway' } },
      ['svc', 'rt', '201', 'kong', ''],
    ],
    [
      'names are missing',
      { service: { ...service, name: null }, route: { id: 'r1', name: null } },
      ['h.test', 'r1', '200', 'service', ''],
    ],
    [
      'consumers are not asked for',
      { ...proxied, consumer: aConsumer() },
      ['svc', 'rt', '201', 'service', ''],
    ],
  ])('counts answers by status where %s', (_, fixture, labels) => {
    expect(measured({ status_code_metrics: true }, fixture)).toEqual([
      ['kong_http_requests_total', labels, 1],
    ])
  })

  it('tells consumers apart where it is asked to', () => {
    const fixture = { ...proxied, consumer: aConsumer() }
    expect(
      measured({ status_code_metrics: true, bandwidth_metrics: true, per_consumer: true }, fixture),
    ).toEqual([
      ['kong_http_requests_total', ['svc', 'rt', '201', 'service', 'ann'], 1],
      ['kong_bandwidth_bytes', ['svc', 'rt', 'ingress', 'ann'], 80],
      ['kong_bandwidth_bytes', ['svc', 'rt', 'egress', 'ann'], 300],
    ])
  })

  it('measures how long it took, the upstream only where it was asked', () => {
    const labels = ['svc', 'rt']
    expect(measured({ latency_metrics: true }, proxied)).toEqual([
      ['kong_request_latency_ms', labels, 8],
      ['kong_kong_latency_ms', labels, 2],
      ['kong_upstream_latency_ms', labels, 5],
    ])
    const latencies = { gateway: 1, upstream: -1, request: 1 }
    expect(measured({ latency_metrics: true }, { ...proxied, record: { latencies } })).toEqual([
      ['kong_request_latency_ms', labels, 1],
      ['kong_kong_latency_ms', labels, 1],
    ])
  })

  it.each([true, false])('has the health of upstreams shown: %s', (wanted) => {
    const config = configOf(anInputWith('prometheus', { upstream_health_metrics: wanted }))
    expect(prometheus.create(Object(config)).showsHealth).toBe(wanted)
  })

  it('measures streams under names of their own', () => {
    const all = { status_code_metrics: true, latency_metrics: true, bandwidth_metrics: true }
    const labels = ['svc', 'rt']
    expect(ofStream(all, { service, route })).toEqual([
      ['kong_stream_sessions_total', [...labels, '200', 'service'], 1],
      ['kong_session_duration_ms', labels, 5000],
      ['kong_kong_latency_ms', labels, 2],
      ['kong_bandwidth_bytes', [...labels, 'ingress', ''], 80],
      ['kong_bandwidth_bytes', [...labels, 'egress', ''], 300],
    ])
    expect(
      ofStream({ status_code_metrics: true }, { service, record: { status: 502, answeredBy: 'gateway' } }),
    ).toEqual([['kong_stream_sessions_total', ['svc', '', '502', 'kong'], 1]])
    expect(ofStream({}, { service, route })).toEqual([])
    expect(ofStream(all, { route })).toEqual([])
  })

  it('leaves out requests without a service', () => {
    expect(measured({ status_code_metrics: true, latency_metrics: true }, { route })).toEqual([])
  })
})

function measured(config: object, fixture: ContextFixture): unknown[] {
  return noted(config, (handler, facilities) => handler.log?.(aContext({ ...fixture, facilities })))
}

function ofStream(config: object, fixture: Parameters<typeof aStream>[0]): unknown[] {
  return noted(config, (handler, facilities) => handler.stream?.log?.(aStream({ ...fixture, facilities })))
}

function noted(config: object, tell: (handler: PluginHandler, facilities: Facilities) => void): unknown[] {
  const values: unknown[] = []
  const note = ({ name }: { readonly name: string }, labels: readonly string[], value: number): void => {
    values.push([name, labels, value])
  }
  const facilities = { ...someFacilities(), metrics: { add: note, observe: note } }
  const handler = prometheus.create(Object(configOf(anInputWith('prometheus', { ...config }))))
  tell(handler, facilities)
  return values
}
