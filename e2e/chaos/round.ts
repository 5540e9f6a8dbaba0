import { setTimeout as pause } from 'node:timers/promises'
import { inspect, isDeepStrictEqual } from 'node:util'
import { random } from '../fuzz/random.ts'
import type { Cluster } from './cluster.ts'
import { converged, type Rows, readRows } from './convergence.ts'
import { commit, type Done } from './faults.ts'
import type { JournalCopy } from './journal-copy.ts'
import type { Ledger } from './ledger.ts'
import { type Notice, notices } from './notice.ts'
import type { RoundPlan } from './plan.ts'
import { pathsOf, probe } from './probes.ts'
import { type Recovery, recovery } from './recovery.ts'
import type { SteadyLoad } from './steady-load.ts'
import { startWriters, type Tally, type Writers } from './writers.ts'

/** What goes on from round to round. */
export interface Scene {
  readonly cluster: Cluster
  readonly seed: number
  readonly journal: JournalCopy
  readonly ledgers: readonly Ledger[]
  /** By the name of the node. */
  readonly loads: ReadonlyMap<string, SteadyLoad>
  /** What nobody of the writers writes. */
  readonly base: ReadonlySet<string>
  /** All that a route has ever had. */
  readonly paths: Set<string>
  readonly signal: AbortSignal
}

export interface RoundReport {
  readonly plan: RoundPlan
  readonly revision: number
  readonly tally: Tally
  /** From when the last fault was mended; null where there was none. */
  readonly recovery: Recovery | null
  readonly awayMs: readonly number[]
  readonly notices: readonly Notice[]
  readonly faults: readonly string[]
  /** What the writers sent. */
  readonly sent: readonly string[]
}

/** One round: writes all the time, faults in their midst, and when all is mended a look at everything. */
export async function runRound(scene: Scene, plan: RoundPlan): Promise<RoundReport> {
  const { cluster, seed, ledgers, loads, signal } = scene
  const { admins, stack } = cluster
  const writers = startWriters({ admins, url: stack.echo, seed, round: plan.round, ledgers })
  const before = { plan, revision: 0, tally: writers.tally, recovery: null, sent: writers.sent }
  let done: readonly Done[] = []
  try {
    done = await all(plan.faults.map((fault) => commit(cluster, fault, loads, signal)))
    signal.throwIfAborted()
    const recovered = await recovery(cluster)
    await pause(random(seed, plan.round, 1).below(300))
    await writers.stop()
    const { revision } = await converged(cluster, scene.journal)
    const found = noticed(scene, done)
    const faults = [...(await judged(scene, plan, writers)), ...unnoticed(found)]
    return { ...before, revision, recovery: recovered, awayMs: awayOf(done), notices: found, faults }
  } catch (error) {
    signal.throwIfAborted()
    return { ...before, awayMs: awayOf(done), notices: [], faults: [inspect(error), ...writers.faults] }
  } finally {
    await writers.stop()
  }
}

/** Waits for all of them, also if one fails: what was broken is mended by then. */
async function all<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}

function awayOf(done: readonly Done[]): readonly number[] {
  return done.flatMap(({ awayMs }) => awayMs ?? [])
}

/** Of links between processes that both lived on. */
function noticed({ cluster }: Scene, done: readonly Done[]): readonly Notice[] {
  const killed = new Set(done.map((each) => each.killed))
  const dead = done.flatMap((each) => each.dead)
  return dead
    .filter(({ line }) => !killed.has(line.from) && !killed.has(line.to))
    .flatMap((each) => notices(cluster, each))
}

function unnoticed(found: readonly Notice[]): readonly string[] {
  return found.filter(({ ms }) => ms === null).map(({ text }) => `it was never noticed by ${text}`)
}

/** Everything that must hold when a round is over. */
async function judged(
  { cluster, seed, ledgers, loads, base, paths }: Scene,
  plan: RoundPlan,
  { faults }: Writers,
): Promise<readonly string[]> {
  const [rows, others] = await Promise.all(cluster.admins.map(({ url }) => readRows(url)))
  if (rows === undefined) throw new Error('there is no admin-api')
  const found = [...faults]
  if (!isDeepStrictEqual(rows, others)) found.push('the admin-apis list different rows')
  found.push(...strangers(rows, ledgers, base))
  for (const ledger of ledgers) found.push(...ledger.judge(rows))
  for (const row of rows.values()) if (row.kind === 'routes') for (const path of pathsOf(row)) paths.add(path)
  found.push(...(await probe(cluster, rows, paths, random(seed, plan.round, 2))))
  for (const load of loads.values()) found.push(...load.takeFailures())
  return found
}

function strangers(rows: Rows, ledgers: readonly Ledger[], base: ReadonlySet<string>): readonly string[] {
  return [...rows]
    .filter(([id]) => !base.has(id) && ledgers.every((ledger) => ledger.get(id) === undefined))
    .map(([, row]) => `nobody has written it, or it was deleted: ${JSON.stringify(row)}`)
}
