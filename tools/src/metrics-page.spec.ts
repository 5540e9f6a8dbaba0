import { describe, expect, it } from 'vitest'
import { documentedMetrics, exposedMetrics, metricsIn } from './metrics-page.ts'

describe('documentedMetrics', () => {
  it('are those of one app, with type and labels', () => {
    expect(documentedMetrics('sync-hub').get('biplane_config_bytes_sent_total')).toEqual({
      name: 'biplane_config_bytes_sent_total',
      type: 'counter',
      labels: ['kind', 'node'],
    })
    expect(documentedMetrics('sync-hub').has('biplane_workers')).toBe(false)
    expect(documentedMetrics('dataplane').get('biplane_workers')?.labels).toEqual([])
  })
})

it('exposedMetrics reads types, labels and the number of series', () => {
  const text = `# TYPE a_total counter
a_total{x="1",y="{}"} 1
a_total{x="2",y=""} 2
# TYPE took_seconds histogram
took_seconds_bucket{le="1",x="1"} 1
took_seconds_sum{x="1"} 1
took_seconds_count{x="1"} 1
# TYPE nothing gauge
`
  expect([...exposedMetrics(text).values()]).toEqual([
    { name: 'a_total', type: 'counter', labels: ['x', 'y'], series: 2 },
    { name: 'took_seconds', type: 'histogram', labels: ['x'], series: 3 },
    { name: 'nothing', type: 'gauge', labels: [], series: 0 },
  ])
})

it('metricsIn finds the metrics of an expression, and those of which a histogram consists', () => {
  const expression = `histogram_quantile(0.99, sum by (le, biplane) (rate(biplane_apply_duration_seconds_bucket{job="x"}[5m])))
    / kong_unknown_count`
  expect(metricsIn(expression, documentedMetrics())).toEqual([
    'biplane_apply_duration_seconds',
    'kong_unknown_count',
  ])
})
