import { availableParallelism, loadavg } from 'node:os'
import { quantile } from '../quantile.ts'
import { described } from './plan.ts'
import type { RoundReport } from './round.ts'
import type { SoakReport } from './soak.ts'

/** A round that fails fails mostly for one reason. The others are in the file. */
const MOST_FAULTS = 8

/** What came of one round. */
export function roundText({ plan, tally, revision, recovery, awayMs, notices, faults }: RoundReport): string {
  const { acknowledged, unanswered } = tally
  const away = awayMs.map((ms) => `back ${seconds(ms)} after the kill`)
  const noticed = notices.map(({ text, ms }) => `noticed by ${text} after ${ms === null ? '-' : seconds(ms)}`)
  const recovered =
    recovery === null
      ? []
      : [
          `writes answered after ${seconds(recovery.writtenMs)}`,
          `recovered after ${seconds(recovery.ms)}, ${recovery.last} last`,
        ]
  return [
    `round ${plan.round} (${plan.sort}): ${plan.faults.map(described).join('; ')}`,
    `  ${[...away, ...noticed, ...recovered].join('; ')}`,
    `  ${acknowledged} writes acknowledged, ${unanswered} not; all at revision ${revision}; load ${(loadavg()[0] ?? 0).toFixed(0)} on ${availableParallelism()} processors`,
    ...faults.slice(0, MOST_FAULTS).map((fault) => `  FAULT: ${fault}`),
  ].join('\n')
}

/** Recovery of links, and how long a dead one went unnoticed: what the targets are about. */
const TARGETS = { recovery: 3_000, notice: 15_000 }

/** The figures of all rounds together, beside what they are to be. */
export function summaryText({ rounds, requests, faults }: SoakReport): string {
  const isOfLinks = ({ plan }: RoundReport): boolean => plan.faults.every(({ kind }) => kind !== 'kill')
  const recoveries = (of: readonly RoundReport[]) => of.flatMap(({ recovery }) => recovery?.ms ?? [])
  const noticed = rounds.flatMap(({ notices }) => notices.flatMap(({ ms }) => ms ?? []))
  const sum = (of: 'acknowledged' | 'unanswered') => rounds.reduce((total, { tally }) => total + tally[of], 0)
  return [
    `${rounds.length} rounds, ${faults.length} faults`,
    `${sum('acknowledged')} writes acknowledged, ${sum('unanswered')} not`,
    `${requests} requests to the nodes`,
    `recovery of broken links: ${spread(recoveries(rounds.filter(isOfLinks)), TARGETS.recovery)}`,
    `recovery after a kill, from when the process was up: ${spread(recoveries(rounds.filter((round) => !isOfLinks(round))))}`,
    `a killed process is back after: ${spread(rounds.flatMap(({ awayMs }) => awayMs))}`,
    `a dead link is noticed after: ${spread(noticed, TARGETS.notice)}`,
  ].join('\n')
}

function spread(ms: readonly number[], target?: number): string {
  if (ms.length === 0) return 'none'
  const at = (part: number) => seconds(quantile(ms, part))
  const told = `p50 ${at(0.5)}, p90 ${at(0.9)}, most ${at(1)}, of ${ms.length}`
  if (target === undefined) return told
  const over = ms.filter((each) => each > target).length
  return `${told}; the target is ${seconds(target)}, ${over === 0 ? 'always met' : `missed ${over} times`}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}
