import type { HealthOrder, HealthTold } from './health-order.ts'
import type { UpstreamReport } from './health-report.ts'

/** What a node thinks of its upstreams, for whoever tells of it: all workers share one opinion. */
export interface NodeHealth {
  /** Every upstream with health checks, as they are now; null where no worker is there. Names are resolved where nobody did before. */
  read(): Promise<readonly UpstreamReport[] | null>
  /** Every upstream, where a plugin shows them among the metrics of requests or of streams; otherwise none. */
  measured(): Promise<Pick<HealthTold, 'reports' | 'subsystems'>>
  /** The upstream of this id or name with its targets. */
  show(upstream: string): Promise<Shown>
  /** Calls back after `read` may have got another answer, at most a few times a second, until the signal aborts. */
  onChange(changed: () => void, signal: AbortSignal): void
}

export type Shown =
  | { readonly kind: 'shown'; readonly report: UpstreamReport; readonly rows: HealthTold['rows'] }
  | { readonly kind: 'not-found' }
  /** There is no worker at the moment that could tell. */
  | { readonly kind: 'unknown' }

/** @param ask any worker; null where there is none at the moment @param changes goes up with each change */
export function nodeHealth(
  ask: (order: HealthOrder) => Promise<HealthTold | null>,
  changes: () => number,
): NodeHealth {
  return {
    read: async () => (await ask({ op: 'report', of: 'checked' }))?.reports ?? null,
    measured: async () => (await ask({ op: 'report', of: 'measured' })) ?? { reports: [], subsystems: [] },
    async show(upstream) {
      const told = await ask({ op: 'show', upstream })
      if (told === null) return { kind: 'unknown' }
      const [found] = told.reports
      return found === undefined ? { kind: 'not-found' } : { kind: 'shown', report: found, rows: told.rows }
    },
    onChange(changed, signal) {
      let seen = changes()
      const looking = setInterval(() => {
        const now = changes()
        if (now === seen) return
        seen = now
        changed()
      }, LOOK_MS)
      looking.unref()
      signal.addEventListener('abort', () => clearInterval(looking), { once: true })
      if (signal.aborted) clearInterval(looking)
    },
  }
}

const LOOK_MS = 250
