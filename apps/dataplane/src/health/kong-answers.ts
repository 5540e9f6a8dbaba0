import type { JsonObject, Target } from '@biplane/entities'
import type { AddressReport, TargetReport, UpstreamReport } from './health-report.ts'

/** Kong's form of the health of a whole upstream. The details are those of its health checks: without these there are none. */
export function balancerAnswer({ id, health, weight, targets }: UpstreamReport): JsonObject {
  if (health === 'HEALTHCHECKS_OFF') return { health, balancer_health: health, id }
  const hosts = targets.map((target) =>
    dataOf(target, ({ ip, port, weight, health }) => ({ ip, port, weight, healthy: health !== 'UNHEALTHY' })),
  )
  const details = { healthy: health === 'HEALTHY', weight: { ...weight }, hosts }
  return { health, balancer_health: health, id, details }
}

/** Kong's form of targets with their health. */
export function targetAnswers(rows: readonly Target[], { targets }: UpstreamReport): JsonObject[] {
  const reports = new Map(targets.map((report) => [report.id, report]))
  return rows.flatMap((row) => {
    const report = reports.get(row.id)
    if (report === undefined) return []
    const data = dataOf(report, ({ ip, port, weight, health }) => ({ ip, port, weight, health }))
    return [{ ...row, health: report.health, data }]
  })
}

function dataOf(
  { host, port, dns, nodeWeight, weight, addresses }: TargetReport,
  shown: (address: AddressReport) => JsonObject,
): JsonObject {
  return { host, port, dns, nodeWeight, weight: { ...weight }, addresses: addresses.map(shown) }
}
