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

/** How the addresses of an upstream are probed. Times are milliseconds. */
export interface ActiveChecks {
  readonly type: NonNullable<Healthchecks['active']['type']>
  /** From one round to the next of those that are in use, and of those that are not; 0 for no rounds at all. */
  readonly usableEvery: number
  readonly unusableEvery: number
  /** For the connection, and again for the answer. */
  readonly timeout: number
  /** How many are probed at a time. */
  readonly concurrency: number
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** What the target is called where that is not its name. */
  readonly host: string | null
  readonly verify: boolean
  /** What a TLS server is asked for where that is not `host`. */
  readonly serverName: string | null
}

/** Null where nothing is probed. */
export function activeChecks({
  healthchecks,
  host_header: host,
}: Pick<Upstream, 'healthchecks' | 'host_header'>): ActiveChecks | null {
  if (healthchecks === null || healthchecks === undefined) return null
  const { active } = healthchecks
  const [usableEvery, unusableEvery] = [every(active.healthy.interval), every(active.unhealthy.interval)]
  if (usableEvery === 0 && unusableEvery === 0) return null
  return {
    type: active.type ?? 'http',
    usableEvery,
    unusableEvery,
    timeout: (active.timeout ?? 0) > 0 ? (active.timeout ?? 0) * 1000 : PATIENCE_MS,
    concurrency: active.concurrency ?? 10,
    path: active.http_path ?? '/',
    headers: Object.entries(active.headers ?? {}).flatMap(([name, values]) =>
      (values ?? []).map((value) => [name, value] as const),
    ),
    host: host ?? null,
    verify: active.https_verify_certificate,
    serverName: active.https_sni ?? null,
  }
}

/** As nginx has it where nothing is set. */
const PATIENCE_MS = 60_000

/** Kong looks ten times a second whether a round is due. */
const SHORTEST_MS = 100

function every(interval: number | null | undefined): number {
  return (interval ?? 0) > 0 ? Math.max(SHORTEST_MS, (interval ?? 0) * 1000) : 0
}

/** What a status says; nothing when it is in neither list. One in both is good. */
export function reportOfStatus(status: number, checks: Checks): Report | undefined {
  if (checks.healthyStatuses.has(status)) return 'success'
  return checks.unhealthyStatuses.has(status) ? 'http failure' : undefined
}
