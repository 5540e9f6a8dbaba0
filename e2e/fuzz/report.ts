import type { Finding } from './finding.ts'
import { asCommand } from './request.ts'
import { type FuzzReport, megabytes } from './run.ts'

/** What was found, each with the commands that show it, and a last line of counts. */
export function asText(report: FuzzReport, seed: number, admin: string): string {
  const { findings, rounds, requests, rows, residentBytes } = report
  const outcomes = [...report.outcomes].toSorted().map(([name, count]) => `${count} ${name}`)
  const accepted = [...report.accepted]
    .toSorted(([, a], [, b]) => b - a)
    .map(([path, count]) => `${path} ${count}`)
  return [
    ...findings.map((finding) => `${findingText(finding, seed, admin)}\n`),
    `accepted writes: ${accepted.join(', ')}`,
    [
      `seed ${seed}: ${findings.length} faults in ${requests} requests (${outcomes.join(', ')})`,
      `${rounds} rounds, ${rows} rows judged, at most ${megabytes(residentBytes)}`,
    ].join('; '),
  ].join('\n')
}

function findingText({ fault, round, requests }: Finding, seed: number, admin: string): string {
  const { what, detail, request } = fault
  const last = request === undefined ? [] : [`after ${asCommand(request, admin)}`]
  return [
    `FAULT in round ${round} of seed ${seed} (--seed ${seed} --round ${round}): ${what}`,
    detail,
    ...(requests.length === 0
      ? [...last, 'it was not shown again by the same requests one after another']
      : ['from an empty config:', ...requests.map((each) => asCommand(each, admin))]),
  ].join('\n')
}
