import { availableParallelism, loadavg } from 'node:os'
import { quantile } from '../quantile.ts'
import { growthText } from '../soak/growth.ts'
import type { SoakReport } from './soak.ts'

/** One reason mostly makes many faults. The others are in the file. */
const MOST_FAULTS = 8

/** What came of it all, on one screen. */
export function reportText(report: SoakReport): string {
  const { seconds, asked, written, promised, tally, restarts, spells, faults, elder } = report
  const per = (count: number) => `${(count / seconds).toFixed(1)}/s`
  const statuses = [...tally.statuses]
    .toSorted(([a], [b]) => a - b)
    .map(([status, n]) => `${n} × ${status || 'cut'}`)
  const times = (how: string) => restarts.filter((one) => one.how === how)
  const longest = (of: 'awayMs' | 'caughtUpMs') => seconds1(Math.max(0, ...restarts.map((one) => one[of])))
  return [
    `${seconds.toFixed(0)} s: ${faults.length} faults; load ${(loadavg()[0] ?? 0).toFixed(0)} on ${availableParallelism()} processors`,
    `${asked} requests (${per(asked)}), each judged by the config of the revision that answered it: ${tally.right} right, ${tally.excused} excused by a dead or ill upstream or a killed node`,
    `  ${statuses.join(', ')}`,
    `${written} changes (${per(written)}); answers of ${tally.revisions.size} revisions; ${promised} of the changes were waited for, and seen by every request after`,
    `age of the config that answered: ${spread(tally.ages)}`,
    `${times('SIGTERM').length} restarts by SIGTERM, ${times('kill -9').length} by kill -9; clients again after ${longest('awayMs')} at most, caught up after ${longest('caughtUpMs')}; ${spells} times a target went down, ill or silent`,
    ...growthText(report.measured, elder),
    ...(report.isLong ? [] : [`too short to judge what ${elder} keeps`]),
    ...faults.slice(0, MOST_FAULTS).map((fault) => `FAULT: ${fault}`),
  ].join('\n')
}

function spread(ms: readonly number[]): string {
  return `p50 ${quantile(ms, 0.5)} ms, p99 ${quantile(ms, 0.99)} ms, most ${quantile(ms, 1)} ms`
}

function seconds1(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
