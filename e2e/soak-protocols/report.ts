import { availableParallelism, loadavg } from 'node:os'
import { growthText } from '../soak/growth.ts'
import type { SoakReport } from './soak.ts'

/** One reason mostly makes many faults. The others are in the file. */
const MOST_FAULTS = 8

/** What came of it all, on one screen. */
export function reportText(report: SoakReport): string {
  const { seconds, counts, longest, written, promised, restarts, spells, measured, elder, faults } = report
  const rows = [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([protocol, { right, refused, excused, outlived }]) =>
        `  ${protocol.padEnd(16)} ${right} right (${outlived} went on while their routes changed), ${refused} refused as they had to be, ${excused} excused`,
    )
  const times = (how: string) => restarts.filter((one) => one.how === how).length
  return [
    `${seconds.toFixed(0)} s: ${faults.length} faults; load ${(loadavg()[0] ?? 0).toFixed(0)} on ${availableParallelism()} processors`,
    ...rows,
    `${written} changes (${(written / seconds).toFixed(1)}/s), ${promised} of them waited for and seen by all after; the longest conversation took ${(longest.ms / 1000).toFixed(0)} s, and one outlived ${longest.changes} changes of its family`,
    `${times('SIGTERM')} restarts by SIGTERM, ${times('kill -9')} by kill -9; ${spells} times a site went down`,
    ...growthText(measured, elder),
    ...(report.isLong ? [] : [`too short to judge what ${elder} keeps`]),
    ...faults.slice(0, MOST_FAULTS).map((fault) => `FAULT: ${fault}`),
  ].join('\n')
}
