import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY } from './app-process.ts'

/** A metric as docs/metrics.md tells of it, or as a process shows it. */
export interface Metric {
  readonly name: string
  readonly type: string
  /** Sorted. */
  readonly labels: readonly string[]
}

/** What docs/metrics.md tells of one app, or of all, by name. */
export function documentedMetrics(app?: string): ReadonlyMap<string, Metric> {
  const page = readFileSync(join(REPOSITORY, 'docs', 'metrics.md'), 'utf8')
  const rows = page.matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]+?) \|([^|]*)\|/gm)
  return new Map(
    [...rows].flatMap(([, name = '', type = '', apps = '', labels = '']) => {
      if (app !== undefined && !apps.split(', ').includes(app)) return []
      return [
        [
          name,
          { name, type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).sort() },
        ],
      ]
    }),
  )
}

/** What a process shows at its address for metrics, by name. A metric without series has no labels to show. */
export function exposedMetrics(text: string): ReadonlyMap<string, Metric & { readonly series: number }> {
  const types = new Map(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  )
  return new Map(
    [...types].map(([name, type]) => {
      const suffix = type === 'histogram' ? '(?:_bucket|_sum|_count)' : ''
      const series = [...text.matchAll(new RegExp(`^${name}${suffix}(?:\\{(.*)\\})? \\S+$`, 'gm'))]
      const labels = series.flatMap(([, inside = '']) =>
        [...inside.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
      )
      const own = new Set(labels.filter((label) => !(type === 'histogram' && label === 'le')))
      return [name, { name, type, labels: [...own].sort(), series: series.length }]
    }),
  )
}

/** The metrics that a PromQL expression reads. */
export function metricsIn(expression: string, known: ReadonlyMap<string, Metric>): string[] {
  const names = [...expression.matchAll(/\b((?:biplane|kong|process|nodejs)_\w+)/g)].map(
    ([, name = '']) => name,
  )
  return names.map((name) => {
    const base = name.replace(/_(bucket|sum|count)$/, '')
    return known.get(base)?.type === 'histogram' ? base : name
  })
}
