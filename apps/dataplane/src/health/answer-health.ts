import { isHealthChecked } from '@biplane/entities'
import type { BalancedUpstream, Balancers } from '../runtime/balancers.ts'
import type { HealthOrder, HealthTold, Subsystem } from './health-order.ts'
import { markTargets } from './mark-targets.ts'
import { type Known, reportUpstream } from './report-upstream.ts'

/** What a worker has to answer with. */
export interface HealthDuties extends Known {
  /** Those of the config that is served. */
  balancers(): Balancers
  /** For which a plugin of that config shows the health of upstreams among the metrics. */
  measuredFor(): readonly Subsystem[]
  /** Probes from now on. */
  probe(): void
}

export async function answerHealth(order: HealthOrder, duties: HealthDuties): Promise<HealthTold> {
  const balancers = duties.balancers()
  switch (order.op) {
    case 'probe':
      duties.probe()
      return NOTHING
    case 'mark':
      await markTargets(order.marks, balancers, duties)
      return NOTHING
    case 'report': {
      const subsystems = duties.measuredFor()
      const all = order.of === 'checked' || subsystems.length > 0 ? balancers.upstreams() : []
      const wanted =
        order.of === 'checked' ? [...all].filter(({ fields }) => isHealthChecked(fields)) : [...all]
      return { reports: await reportAll(wanted, duties), rows: [], subsystems }
    }
    case 'show': {
      const upstream = balancers.get(order.upstream) ?? balancers.named(order.upstream)
      if (upstream === undefined) return NOTHING
      const reports = [await reportUpstream(upstream, duties)]
      return { reports, rows: [...upstream.targets.values()], subsystems: [] }
    }
  }
}

const NOTHING: HealthTold = { reports: [], rows: [], subsystems: [] }

/** A slice of them takes about a millisecond; requests are served between slices. */
const SLICE = 20

async function reportAll(upstreams: readonly BalancedUpstream[], known: Known) {
  const reports: Promise<Awaited<ReturnType<typeof reportUpstream>>>[] = []
  for (const [i, upstream] of upstreams.entries()) {
    reports.push(reportUpstream(upstream, known))
    if (i % SLICE === SLICE - 1) await new Promise((resolve) => setImmediate(resolve))
  }
  return Promise.all(reports)
}
