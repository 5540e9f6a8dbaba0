import type { Upstream } from '@biplane/entities'
import type { Limits, Report } from './address-health.ts'

/** How one side, the traffic or the probes, judges what it sees. */
export interface Checks {
  readonly healthyStatuses: ReadonlySet<number>
  readonly unhealthyStatuses: ReadonlySet<number>
  readonly limits: Limits
}

type Healthchecks = NonNullable<Upstream['healthchecks']>

export function checksOf({
  healthy,
  unhealthy,
}: Pick<Healthchecks['passive' | 'active'], 'healthy' | 'unhealthy'>): Checks {
  return {
    healthyStatuses: new Set(healthy.http_statuses),
    unhealthyStatuses: new Set(unhealthy.http_statuses),
    limits: {
      success: healthy.successes ?? 0,
      'tcp failure': unhealthy.tcp_failures ?? 0,
      timeout: unhealthy.timeouts ?? 0,
      'http failure': unhealthy.http_failures ?? 0,
    },
  }
}

/** Whether anything could ever make an address of it unhealthy. Where nothing can, all are used, whatever was known of them. */
export function isChecked({ active, passive }: Healthchecks): boolean {
  const { tcp_failures, timeouts, http_failures } = passive.unhealthy
  const triggers = [active.healthy.interval, active.unhealthy.interval, tcp_failures, timeouts, http_failures]
  return triggers.some((one) => one !== 0 && one !== null && one !== undefined)
}

/** What a status says; nothing when it is in neither list. One in both is good. */
export function reportOfStatus(status: number, checks: Checks): Report | undefined {
  if (checks.healthyStatuses.has(status)) return 'success'
  return checks.unhealthyStatuses.has(status) ? 'http failure' : undefined
}
