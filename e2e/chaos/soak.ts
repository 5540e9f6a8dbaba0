import { keepLogs } from '../keep-logs.ts'
import type { Run } from '../soak/command-line.ts'
import { STEADY, writeBase } from './base.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { converged, readRows } from './convergence.ts'
import { JournalCopy } from './journal-copy.ts'
import { Ledger } from './ledger.ts'
import { planOf } from './plan.ts'
import { roundText } from './report.ts'
import { type RoundReport, runRound, type Scene } from './round.ts'
import { startSteadyLoad } from './steady-load.ts'

/** Ended early, it ends in the middle of a round. */
export interface SoakOptions extends Run {
  /** The first round, from 0: the faults of a round are the same whatever came before it. */
  readonly first: number
  readonly rounds: number
}

export interface SoakReport {
  readonly rounds: readonly RoundReport[]
  /** Requests that were sent to the nodes meanwhile. */
  readonly requests: number
  /** What must not have happened. After the first round that has any there is no other. */
  readonly faults: readonly string[]
}

const WRITERS = 4

/** Rounds of faults in a cluster of its own, under load, one after another. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const cluster = await startCluster()
  try {
    const scene = await sceneOf(cluster, options)
    const loads = [...scene.loads.values()]
    try {
      const rounds = await runRounds(scene, options)
      const requests = loads.reduce((sum, load) => sum + load.requests, 0)
      return { rounds, requests, faults: rounds.flatMap(({ faults }) => faults) }
    } finally {
      await Promise.all(loads.map((load) => load.stop()))
    }
  } finally {
    await cluster.close()
  }
}

async function sceneOf(cluster: Cluster, { seed, signal }: SoakOptions): Promise<Scene> {
  await writeBase(cluster)
  const journal = new JournalCopy(() => cluster.stack.database.url())
  await converged(cluster, journal)
  return {
    cluster,
    seed,
    journal,
    ledgers: Array.from({ length: WRITERS }, () => new Ledger()),
    loads: new Map(cluster.nodes.map(({ name, proxy }) => [name, startSteadyLoad(proxy, STEADY)])),
    base: new Set((await readRows(cluster.stack.adminUrl)).keys()),
    paths: new Set(),
    signal,
  }
}

async function runRounds(
  scene: Scene,
  { seed, first, rounds, say, signal, keep }: SoakOptions,
): Promise<readonly RoundReport[]> {
  const { victims, apps } = scene.cluster
  const parts = { processes: [...victims.keys()], followers: [...apps.keys()] }
  const reports: RoundReport[] = []
  for (let round = first; round < first + rounds && !signal.aborted; round += 1) {
    const report = await runRound(scene, planOf(seed, round, parts)).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    if (report === undefined) return reports
    reports.push(report)
    say(roundText(report))
    if (report.faults.length > 0) {
      const { faults, sent } = report
      keepLogs(scene.cluster.stack, keep, { 'writes.txt': sent, 'faults.txt': faults })
      say(
        `the logs are in ${keep}; the same again: npm run soak:chaos -- --seed ${seed} --first ${round} --rounds 1`,
      )
      return reports
    }
  }
  return reports
}
