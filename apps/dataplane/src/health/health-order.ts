import type { Target, TargetHealth } from '@biplane/entities'
import type { UpstreamReport } from './health-report.ts'

/** What the main thread wants of a worker in matters of health: done at once, whatever is being compiled. */
export type HealthOrder =
  /** From now on this worker probes, for the whole node. */
  | { readonly op: 'probe' }
  | { readonly op: 'mark'; readonly marks: readonly TargetHealth[] }
  /** Upstreams with health checks; or all of them, if a plugin shows them among the metrics. */
  | { readonly op: 'report'; readonly of: 'checked' | 'measured' }
  /** One upstream, by its id or name, with its targets. */
  | { readonly op: 'show'; readonly upstream: string }

/** Requests or streams, in Kong's words. */
export type Subsystem = 'http' | 'stream'

export interface HealthTold {
  readonly reports: readonly UpstreamReport[]
  /** The targets of an upstream that is shown. */
  readonly rows: readonly Target[]
  /** For which a plugin shows it among the metrics. */
  readonly subsystems: readonly Subsystem[]
}
