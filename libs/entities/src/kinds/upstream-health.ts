import { readDotted } from '../dotted.ts'
import { array, boolean, integer, map, number, record, string } from '../field.ts'
import type { JsonObject } from '../json.ts'
import { headerName, path, sni } from '../vocabulary.ts'

const checkType = string({ default: 'http', one_of: ['tcp', 'http', 'https', 'grpc', 'grpcs'] })
const count = integer({ default: 0, between: [0, 255] })
const interval = number({ default: 0, between: [0, 65535] })

function statuses(codes: readonly number[]) {
  return array(integer({ between: [100, 999] }), { default: codes })
}

const SUCCESSES = [
  ...[200, 201, 202, 203, 204, 205, 206, 207, 208, 226],
  ...[300, 301, 302, 303, 304, 305, 306, 307, 308],
]
const PROBE_FAILURES = [429, 404, 500, 501, 502, 503, 504, 505]

const counters = { successes: 0 }
const failureCounters = { tcp_failures: 0, timeouts: 0, http_failures: 0 }

const passiveDefault = {
  type: 'http',
  healthy: { http_statuses: SUCCESSES, ...counters },
  unhealthy: { http_statuses: [429, 500, 503], ...failureCounters },
}

const activeDefault = {
  type: 'http',
  timeout: 1,
  concurrency: 10,
  http_path: '/',
  https_verify_certificate: true,
  healthy: { interval: 0, http_statuses: [200, 302], ...counters },
  unhealthy: { interval: 0, http_statuses: PROBE_FAILURES, ...failureCounters },
}

/** What the traffic itself tells of a target. A count of 0 means that it is not counted. */
const passive = record(
  {
    healthy: record(
      { successes: count, http_statuses: statuses(SUCCESSES) },
      { required: true, default: passiveDefault.healthy },
    ),
    type: checkType,
    unhealthy: record(
      {
        http_failures: count,
        timeouts: count,
        tcp_failures: count,
        http_statuses: statuses(passiveDefault.unhealthy.http_statuses),
      },
      { required: true, default: passiveDefault.unhealthy },
    ),
  },
  { required: true, default: passiveDefault },
)

/** What probes tell. An interval, in seconds, of 0 means that there are none. */
const active = record(
  {
    headers: map(headerName({}), array(string()), {
      required: false,
      description: 'A map of header names to arrays of header values.',
    }),
    healthy: record(
      { interval, successes: count, http_statuses: statuses([200, 302]) },
      { required: true, default: activeDefault.healthy },
    ),
    unhealthy: record(
      {
        interval,
        tcp_failures: count,
        timeouts: count,
        http_failures: count,
        http_statuses: statuses(PROBE_FAILURES),
      },
      { required: true, default: activeDefault.unhealthy },
    ),
    http_path: path({ default: '/' }),
    https_sni: { ...sni, required: false },
    https_verify_certificate: boolean({ required: true, default: true }),
    timeout: number({ default: 1, between: [0, 65535] }),
    type: checkType,
    concurrency: integer({ default: 10, between: [1, 2147483648] }),
  },
  { required: true, default: activeDefault },
)

/** How the health of an upstream's targets is judged. `threshold` is the share of healthy weight, in percent, that it needs. */
export const healthchecks = record(
  { passive, active, threshold: number({ default: 0, between: [0, 100] }) },
  {
    required: true,
    default: { active: activeDefault, passive: passiveDefault },
    description: 'The array of healthchecks.',
  },
)

/** Whether anything could ever make a target unhealthy. Where nothing can, all are used, whatever was known of them. */
export function isHealthChecked(upstream: JsonObject): boolean {
  return TRIGGERS.some((name) => Number(readDotted(upstream, `healthchecks.${name}`) ?? 0) > 0)
}

const TRIGGERS = [
  'active.healthy.interval',
  'active.unhealthy.interval',
  'passive.unhealthy.tcp_failures',
  'passive.unhealthy.timeouts',
  'passive.unhealthy.http_failures',
]
