import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { REPOSITORY } from './app-process.ts'
import { documentedMetrics, metricsIn } from './metrics-page.ts'

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8')
const all = (pattern: RegExp, text: string): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found)

const scrapes = read('docker/prometheus/prometheus.yml')
const alerts = read('docker/prometheus/alerts.yml')
const dashboard = read('docker/grafana/dashboards/line.json')

/** Every `expr` of the dashboard, at whatever depth. */
function expressions(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'expr' && typeof member === 'string' ? [member] : expressions(member),
  )
}

describe.each([
  ['the alert rules', [alerts]],
  ['the dashboard', expressions(JSON.parse(dashboard))],
])('%s', (_what, texts) => {
  it('name only metrics that docs/metrics.md tells of', () => {
    const known = documentedMetrics()
    const named = texts.flatMap((text) => metricsIn(text, known))
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  it('name only jobs that are scraped', () => {
    const jobs = all(/job_name: (\S+)/g, scrapes)
    const named = texts.flatMap((text) => all(/job=~?"([^"]+)"/g, text)).flatMap((names) => names.split('|'))
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !jobs.includes(name))).toEqual([])
  })
})

it('each alert says how bad it is, what happens and what to do', () => {
  const rules = alerts.split(/^ {6}- alert: /m).slice(1)
  expect(rules.length).toBeGreaterThan(10)
  for (const rule of rules) {
    expect(rule).toMatch(/severity: (critical|warning)/)
    expect(rule).toMatch(/summary: ".{10,}"/)
    expect(rule).toMatch(/description: ".{30,}"/)
  }
})

/** Comes with Prometheus, which not every machine has. */
const promtool = (...args: string[]) =>
  spawnSync('promtool', args, { cwd: join(REPOSITORY, 'docker', 'prometheus'), encoding: 'utf8' })

const hasPromtool = promtool('--version').status === 0

it.skipIf(!hasPromtool)('alerts go off when alerts.test.yml says', { timeout: 120_000 }, () => {
  const { status, stdout, stderr } = promtool('test', 'rules', 'alerts.test.yml')
  expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: expect.anything() })
})

it('docs/metrics.md lists the alerts as they are', () => {
  const rules = alerts.split(/^ {6}- alert: /m).slice(1)
  const severities = rules.map((rule) => [rule.split('\n')[0], /severity: (\w+)/.exec(rule)?.[1]])
  const listed = [...read('docs/metrics.md').matchAll(/^\| (`Biplane[^|]*) \| (\w+) \|/gm)].flatMap(
    ([, names = '', severity]) => all(/`(\w+)`/g, names).map((name) => [name, severity]),
  )
  expect(listed.sort()).toEqual(severities.sort())
})

it('what is scraped are containers of the cluster', () => {
  const containers = all(/^ {2}([a-z0-9-]+):$/gm, read('docker-compose.yml'))
  const targets = [...all(/targets: \[(.*)\]/g, scrapes), ...all(/names: \[(.*)\]/g, scrapes)].flatMap(
    (list) => list.split(', ').map((target) => target.replace(/:\d+$/, '')),
  )
  expect(targets.filter((target) => target !== 'localhost' && !containers.includes(target))).toEqual([])
})
