import { isHealthChecked } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import type { TryOutcome } from '../upstreams/health.ts'
import type { Report } from './address-health.ts'
import { checksOf } from './checks.ts'
import { upstreamWith } from './fixtures/healthchecks.ts'
import { activeReport, type ProbeOutcome, passiveReport } from './reports.ts'

const { active, passive } = upstreamWith({}).healthchecks
const answered = (status: number) => ({ kind: 'answered', status }) as const

describe('a request', () => {
  it.each<[TryOutcome, Report | undefined]>([
    [answered(200), 'success'],
    [answered(308), 'success'],
    [answered(429), 'http failure'],
    [answered(500), 'http failure'],
    [answered(503), 'http failure'],
    [answered(404), undefined],
    [answered(502), undefined],
    // Be it the upstream's own.
    [answered(504), 'timeout'],
    [{ kind: 'timeout', last: false }, 'timeout'],
    [{ kind: 'timeout', last: true }, 'timeout'],
    [{ kind: 'broken', last: false }, 'tcp failure'],
    [{ kind: 'broken', last: true }, undefined],
    [{ kind: 'connected' }, 'success'],
  ])('that came to %j says %s', (outcome, report) => {
    expect(passiveReport(outcome, checksOf(passive))).toBe(report)
  })

  it('that broke in its last try is a 502, to be listed as such', () => {
    const checks = checksOf({ ...passive, unhealthy: { ...passive.unhealthy, http_statuses: [502] } })
    expect(passiveReport({ kind: 'broken', last: true }, checks)).toBe('http failure')
  })

  it('whose status is in both lists says success', () => {
    const checks = checksOf({ ...passive, unhealthy: { ...passive.unhealthy, http_statuses: [200] } })
    expect(passiveReport(answered(200), checks)).toBe('success')
  })
})

describe('a probe', () => {
  it.each<[ProbeOutcome, Report | undefined]>([
    [answered(200), 'success'],
    [answered(302), 'success'],
    [answered(404), 'http failure'],
    [answered(504), 'http failure'],
    [answered(0), 'http failure'],
    [answered(201), undefined],
    [{ kind: 'connected' }, 'success'],
    [{ kind: 'broken' }, 'tcp failure'],
    [{ kind: 'timeout' }, 'timeout'],
  ])('that came to %j says %s', (outcome, report) => {
    expect(activeReport(outcome, checksOf(active))).toBe(report)
  })
})

describe('healthchecks', () => {
  it.each([
    [{}, false],
    [{ passive: { healthy: { successes: 5 } } }, false],
    [{ threshold: 50 }, false],
    [{ active: { unhealthy: { http_failures: 1 } } }, false],
    [{ active: { healthy: { interval: 0.5 } } }, true],
    [{ active: { unhealthy: { interval: 1 } } }, true],
    [{ passive: { unhealthy: { tcp_failures: 1 } } }, true],
    [{ passive: { unhealthy: { timeouts: 1 } } }, true],
    [{ passive: { unhealthy: { http_failures: 1 } } }, true],
  ])('of %j check anything: %s', (fields, expected) => {
    expect(isHealthChecked(upstreamWith(fields))).toBe(expected)
  })

  it('count as they say', () => {
    const { healthchecks } = upstreamWith({
      passive: { healthy: { successes: 1 }, unhealthy: { tcp_failures: 2, timeouts: 3, http_failures: 4 } },
    })
    expect(checksOf(healthchecks.passive).limits).toEqual({
      success: 1,
      'tcp failure': 2,
      timeout: 3,
      'http failure': 4,
    })
  })
})
