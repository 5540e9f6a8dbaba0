import type { UpstreamReport } from './health-report.ts'

/** What a node thinks of its upstreams, for whoever tells of it: all workers share one opinion. */
export interface NodeHealth {
  /** Every upstream with health checks, as they are now. Names are resolved where nobody did before. */
  read(): Promise<readonly UpstreamReport[]>
  /** Calls back after `read` may have got another answer, at most a few times a second, until the signal aborts. */
  onChange(changed: () => void, signal: AbortSignal): void
}
