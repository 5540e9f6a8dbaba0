import { execFileSync } from 'node:child_process'
import { cpuTime } from './cpu-time.ts'
import { median, rounded } from './statistics.ts'
import { type Load, type Outcome, runWrk } from './wrk.ts'

/** The proxy under test has processor 0 for itself; load and upstream share processor 1. */
const [PROXY_CPU, LOAD_CPU] = [0, 1]

/** Processes that serve a load. */
export interface Contender {
  readonly name: string
  readonly pids: readonly number[]
  readonly load: Load
}

export interface Round extends Outcome {
  /** Microseconds of processor time, all threads of the contender together. */
  readonly cpuPerRequest: number
}

export type Rounds = ReadonlyMap<string, readonly Round[]>

/**
 * All contenders in turn, round after round, so that what disturbs the machine disturbs all alike.
 *
 * @param upstream the processes that answer them
 * @throws Error when a request fails
 */
export async function compare(
  contenders: readonly Contender[],
  {
    home,
    upstream,
    rounds,
    seconds,
  }: { home: string; upstream: readonly number[]; rounds: number; seconds: number },
): Promise<Rounds> {
  pin(LOAD_CPU, upstream)
  for (const { pids } of contenders) pin(PROXY_CPU, pids)
  const results = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]))
  for (const { load } of contenders) await runWrk(home, LOAD_CPU, 2, load)
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, pids, load } of contenders) {
      const before = total(pids)
      const outcome = await runWrk(home, LOAD_CPU, seconds, load)
      if (outcome.errors > 0) throw new Error(`${name}: ${outcome.errors} failed requests`)
      const cpuPerRequest = ((total(pids) - before) * 1000) / outcome.requests
      results.get(name)?.push({ ...outcome, cpuPerRequest })
    }
  }
  return results
}

/**
 * A line for each contender, and all of it as JSON in the last one. The ratio is the processor time of `base` divided by that
 * of the contender, in the same round: 1 costs as much, 0.5 twice as much.
 */
export function report(results: Rounds, base: string, json: boolean): void {
  const bases = results.get(base) ?? []
  const figures = [...results].map(([name, rounds]) => {
    const ratios = rounds.map(
      ({ cpuPerRequest }, i) => (bases[i]?.cpuPerRequest ?? Number.NaN) / cpuPerRequest,
    )
    const middle = (field: keyof Round) => median(rounds.map((round) => round[field]))
    return [
      name,
      {
        ratio: rounded(median(ratios)),
        cpuUs: rounded(middle('cpuPerRequest')),
        perSecond: Math.round(middle('perSecond')),
        p99Ms: rounded(middle('p99Ms')),
      },
    ] as const
  })
  if (!json)
    for (const [name, { ratio, cpuUs, perSecond, p99Ms }] of figures)
      process.stdout.write(
        `${name.padEnd(22)} ${cpuUs} us/req  ratio ${ratio}  ${perSecond} req/s  p99 ${p99Ms} ms\n`,
      )
  process.stdout.write(`${JSON.stringify(Object.fromEntries(figures))}\n`)
}

function total(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuTime(pid), 0)
}

function pin(cpu: number, pids: readonly number[]): void {
  for (const pid of pids)
    execFileSync('taskset', ['-a', '-c', '-p', String(cpu), String(pid)], { stdio: 'ignore' })
}
