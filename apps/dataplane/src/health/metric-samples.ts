import type { HealthTold, Subsystem } from './health-order.ts'
import type { HealthWord, UpstreamReport } from './health-report.ts'

type Labels = Readonly<Record<'upstream' | 'target' | 'address' | 'state' | 'subsystem', string>>

/** Kong's metric of upstreams: of each address every state, 1 for the one that it is in. */
export function upstreamSamples({
  reports,
  subsystems,
}: Pick<HealthTold, 'reports' | 'subsystems'>): (readonly [Labels, number])[] {
  return subsystems.flatMap((subsystem) => reports.flatMap((report) => samplesOf(report, subsystem)))
}

function samplesOf(
  { name: upstream, targets }: UpstreamReport,
  subsystem: Subsystem,
): (readonly [Labels, number])[] {
  return targets.flatMap(({ target, addresses }) => {
    const found = addresses.map(({ ip, port, health }) => ({ address: `${ip}:${port}`, health }))
    const shown = found.length > 0 ? found : [{ address: '', health: 'DNS_ERROR' as const }]
    return shown.flatMap(({ address, health }) =>
      STATES.map((state) => {
        const labels = { upstream, target, address, state: state.toLowerCase(), subsystem }
        return [labels, Number(state === health)] as const
      }),
    )
  })
}

const STATES: readonly HealthWord[] = ['HEALTHCHECKS_OFF', 'HEALTHY', 'UNHEALTHY', 'DNS_ERROR']
